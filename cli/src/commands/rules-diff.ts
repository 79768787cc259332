import { resolve } from 'node:path';
import { openArchive } from '@tapeline/archive';
import type { RecordName } from '@tapeline/records';
import { CliError } from '../cli-error.js';
import { InputFile } from '../dbn/input-file.js';
import { formatCount, showProgress } from '../dbn/show-progress.js';
import { archivedRecords } from '../rules/archived-records.js';
import { chunkById, chunksOfJob } from '../rules/chunks-to-compare.js';
import { evenBatches } from '../rules/even-batches.js';
import type { RecordSource } from '../rules/even-batches.js';
import { fileRecords } from '../rules/file-records.js';
import { comparisonJson, formatComparison } from '../rules/format-comparison.js';
import { loadRuleSet } from '../rules/rule-folder.js';
import { compareBatch } from '../rules/rule-comparison.js';
import type { Comparison } from '../rules/rule-comparison.js';
import { NO_LOOKUPS, withStackLookups } from '../rules/stack-lookups.js';
import type { LookupsOf } from '../rules/stack-lookups.js';
import { archivePlace } from './archive.js';

export interface RulesDiffOptions {
  readonly job?: string;
  readonly chunk?: string;
  readonly file?: string;
  readonly folder?: string;
  readonly definitions?: boolean;
  readonly json?: boolean;
}

/** `tapeline rules diff`: what would become of the same records under other rules; nothing is stored. */
export async function diffFolders(
  oldFolder: string,
  newFolder: string,
  options: RulesDiffOptions,
): Promise<void> {
  const given = [options.job, options.chunk, options.file].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new CliError('say whose records are compared: one of --job, --chunk and --file');
  }
  const old = loadRuleSet(resolve(oldFolder));
  const now = loadRuleSet(resolve(newFolder));
  const comparison: Comparison = new Map();
  const compareAll = async (lookupsOf: LookupsOf): Promise<void> => {
    let count = 0;
    const endProgress = showProgress(() => `${formatCount(count)} records compared`);
    try {
      for await (const { dataset, records } of sources(options)) {
        for await (const batch of evenBatches(records, new Map<RecordName, number>())) {
          const lookups = await lookupsOf(dataset, batch, old, now);
          compareBatch(old, now, { dataset, batch, lookups }, comparison);
          count += batch.length;
        }
      }
    } finally {
      endProgress();
    }
  };
  const hasDefinitions = options.job !== undefined || (options.definitions ?? false);
  await (hasDefinitions ? withStackLookups(compareAll) : compareAll(NO_LOOKUPS));
  const versions = { oldVersion: old.version, newVersion: now.version };
  const result = { ...versions, comparison, hasDefinitions };
  console.log(options.json ? JSON.stringify(comparisonJson(result)) : formatComparison(result));
}

/** The records of each chunk, or of the file. */
async function* sources(options: RulesDiffOptions): AsyncGenerator<RecordSource> {
  if (options.file !== undefined) {
    yield await fileRecords(InputFile.open(options.file));
    return;
  }
  const archive = await openArchive(archivePlace(options));
  try {
    const chunks =
      options.chunk === undefined
        ? await chunksOfJob(archive, options.job!)
        : [await chunkById(archive, options.chunk)];
    for (const chunk of chunks) {
      yield { dataset: chunk.manifest.dataset, records: archivedRecords(chunk) };
    }
  } finally {
    archive.close();
  }
}

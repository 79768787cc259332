import type { RecordName } from '@tapeline/records';
import { surroundingsOf } from '@tapeline/rules';
import type { RuleSet } from '@tapeline/rules';
import { InputFile } from '../dbn/input-file.js';
import { formatBytes, formatCount, showProgress } from '../dbn/show-progress.js';
import { evenBatches } from '../rules/even-batches.js';
import { fileRecords } from '../rules/file-records.js';
import { formatTrial, trialJson } from '../rules/format-trial.js';
import { loadRuleSet } from '../rules/rule-folder.js';
import { NO_LOOKUPS, withStackLookups } from '../rules/stack-lookups.js';
import type { LookupsOf } from '../rules/stack-lookups.js';
import { tryBatch } from '../rules/trial.js';
import type { Trial } from '../rules/trial.js';
import { configsFolder } from '../stack/stack-file.js';

export interface RulesTestOptions {
  readonly configs?: string;
  readonly limit?: number;
  readonly definitions?: boolean;
  readonly json?: boolean;
}

/** `tapeline rules test`: what the rules would do to the records of files; nothing is stored. */
export async function testFiles(
  paths: readonly string[],
  options: RulesTestOptions,
): Promise<void> {
  const ruleSet = loadRuleSet(configsFolder(options.configs));
  const trial: Trial = new Map();
  const leftOut = new Map<RecordName, number>();
  const hasDefinitions = options.definitions ?? false;
  const testAll = async (lookupsOf: LookupsOf): Promise<void> => {
    for (const path of paths) {
      await testFile(path, options.limit, ruleSet, lookupsOf, trial, leftOut);
    }
  };
  let fault: { readonly error: unknown } | undefined;
  try {
    await (hasDefinitions ? withStackLookups(testAll) : testAll(NO_LOOKUPS));
  } catch (error) {
    if (trial.size === 0) throw error;
    fault = { error };
  }
  const result = { version: ruleSet.version, files: paths, trial, leftOut, hasDefinitions };
  console.log(
    options.json
      ? JSON.stringify({ complete: fault === undefined, ...trialJson(result, ruleSet) })
      : formatTrial(result, ruleSet),
  );
  if (fault) throw fault.error;
}

async function testFile(
  path: string,
  limit: number | undefined,
  ruleSet: RuleSet,
  lookupsOf: LookupsOf,
  trial: Trial,
  leftOut: Map<RecordName, number>,
): Promise<void> {
  const input = InputFile.open(path);
  let count = 0;
  const endProgress = showProgress(() => {
    const share = input.size ? ` of ${formatBytes(input.size)}` : '';
    return `${path}: ${formatCount(count)} records, ${formatBytes(input.bytesRead)}${share} read`;
  });
  try {
    const { dataset, records } = await fileRecords(input, limit);
    for await (const batch of evenBatches(records, leftOut)) {
      const lookups = await lookupsOf(dataset, batch, ruleSet);
      tryBatch(ruleSet, batch, surroundingsOf(ruleSet, dataset, lookups), trial);
      count += batch.length;
    }
  } finally {
    endProgress();
  }
}

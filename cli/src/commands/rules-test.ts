import type { RecordName } from '@tapeline/records';
import type { RuleSet } from '@tapeline/rules';
import { InputFile } from '../dbn/input-file.js';
import { formatBytes, formatCount, showProgress } from '../dbn/show-progress.js';
import { evenBatches } from '../rules/even-batches.js';
import { fileRecords } from '../rules/file-records.js';
import { formatTrial, trialJson } from '../rules/format-trial.js';
import { configsFolder, loadRuleSet } from '../rules/rule-folder.js';
import { tryBatch } from '../rules/trial.js';
import type { Trial } from '../rules/trial.js';

export interface RulesTestOptions {
  readonly configs?: string;
  readonly limit?: number;
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
  let fault: unknown;
  try {
    for (const path of paths) await testFile(path, options.limit, ruleSet, trial, leftOut);
  } catch (error) {
    fault = error;
  }
  const result = { version: ruleSet.version, files: paths, trial, leftOut };
  console.log(
    options.json
      ? JSON.stringify({ complete: fault === undefined, ...trialJson(result, ruleSet) })
      : formatTrial(result, ruleSet),
  );
  if (fault !== undefined) throw fault;
}

async function testFile(
  path: string,
  limit: number | undefined,
  ruleSet: RuleSet,
  trial: Trial,
  leftOut: Map<RecordName, number>,
): Promise<void> {
  const input = InputFile.open(path);
  let records = 0;
  const endProgress = showProgress(() => {
    const share = input.size ? ` of ${formatBytes(input.size)}` : '';
    return `${path}: ${formatCount(records)} records, ${formatBytes(input.bytesRead)}${share} read`;
  });
  try {
    for await (const batch of evenBatches(fileRecords(input, limit), leftOut)) {
      tryBatch(ruleSet, batch, trial);
      records += batch.length;
    }
  } finally {
    endProgress();
  }
}

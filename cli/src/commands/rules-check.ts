import { formatTable } from '../print-table.js';
import { checkRules } from '../rules/check-rules.js';
import { readRuleFolder, showFault, showPath } from '../rules/rule-folder.js';
import { configsFolder } from '../stack/stack-file.js';

export interface RulesCheckOptions {
  readonly configs?: string;
  readonly json?: boolean;
}

/** `tapeline rules check`: every fault of every file with its place, or what the rules are. */
export function checkFolder(options: RulesCheckOptions): void {
  const folder = configsFolder(options.configs);
  const checked = checkRules(readRuleFolder(folder));
  if ('ruleSet' in checked) {
    const { ruleSet } = checked;
    const schemas = [...ruleSet.schemas].map(([schema, { rules, maxRefused }]) => ({
      schema,
      ...countBySeverity(rules),
      max_refused: maxRefused,
    }));
    if (options.json) {
      console.log(JSON.stringify({ ok: true, version: ruleSet.version, schemas }));
      return;
    }
    const rows = schemas.map(({ schema, filtered, error, warn, info, chunk, max_refused }) => [
      schema,
      filtered,
      error,
      warn,
      info,
      chunk,
      max_refused === null ? 'none' : `${Number((max_refused * 100).toFixed(6))} %`,
    ]);
    const columns = [
      'schema',
      'filters',
      'errors',
      'warnings',
      'infos',
      'chunk checks',
      'refused at most',
    ];
    console.log(formatTable(columns, rows));
    console.log(`version ${ruleSet.version}, no faults in ${showPath(folder, '')}`);
    return;
  }
  process.exitCode = 1;
  const { faults, general } = checked;
  if (options.json) {
    console.log(JSON.stringify({ ok: false, faults, general }));
    return;
  }
  for (const fault of faults) console.log(showFault(folder, fault));
  for (const message of general) console.log(message);
  const count = faults.length + general.length;
  console.error(`tapeline: ${count} ${count === 1 ? 'fault' : 'faults'} in the rules`);
}

/** Chunk checks are counted by themselves. */
function countBySeverity(rules: readonly { stage: string; severity: string }[]) {
  const counts = { filtered: 0, error: 0, warn: 0, info: 0, chunk: 0 };
  for (const { stage, severity } of rules) {
    counts[stage === 'chunk' ? 'chunk' : (severity as keyof typeof counts)]++;
  }
  return counts;
}

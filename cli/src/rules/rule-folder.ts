import { existsSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readConfigFiles } from '@tapeline/config';
import type { RuleFault, RuleFiles, RuleSet } from '@tapeline/rules';
import { CliError } from '../cli-error.js';
import { checkRules } from './check-rules.js';

/** The files of a configuration folder's `rules`, `validation` and, if there are any, `calendars`. @throws CliError */
export function readRuleFolder(folder: string): RuleFiles {
  for (const name of ['rules', 'validation']) {
    const path = join(folder, name);
    if (existsSync(path) && statSync(path).isDirectory()) continue;
    throw new CliError(
      `there is no folder ${path}: --configs takes a folder with rules/ and validation/`,
    );
  }
  const read = (name: string) => readConfigFiles(folder, name);
  return {
    rules: read('rules'),
    validation: read('validation'),
    ...(existsSync(join(folder, 'calendars')) && { calendars: read('calendars') }),
  };
}

/** A fault's place as a terminal can open it. */
export const showFault = (folder: string, { path, line, column, message }: RuleFault): string =>
  `${showPath(folder, path)}:${line}:${column}: ${message}`;

/** A rule file's path from where the user is, if it is below. */
export function showPath(folder: string, path: string): string {
  const shown = relative(process.cwd(), join(folder, path));
  return shown.startsWith('..') ? join(folder, path) : shown;
}

/** The compiled rules of a folder. @throws CliError with a line for each fault. */
export function loadRuleSet(folder: string): RuleSet {
  const checked = checkRules(readRuleFolder(folder));
  if ('ruleSet' in checked) return checked.ruleSet;
  const faults = checked.faults.map((fault) => showFault(folder, fault));
  throw new CliError(['the rules have faults', ...faults, ...checked.general].join('\n'));
}

import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { RulesCheckOptions } from '../commands/rules-check.js';
import type { RulesDiffOptions } from '../commands/rules-diff.js';
import type { RulesListOptions } from '../commands/rules-list.js';
import type { RulesTestOptions } from '../commands/rules-test.js';

const CONFIGS = [
  '--configs <folder>',
  "with rules/ and validation/ (default: the project's configs)",
] as const;
const DEFINITIONS = [
  '--definitions',
  'with the definitions that the running stack holds; so it is with --job',
] as const;
const JSON_OPTION = ['--json', 'print JSON, one line, instead of text'] as const;

function count(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('give a whole number above 0');
  return Number(text);
}

/** `tapeline rules …`: rules looked at and tried, before they bite. */
export function addRulesCommands(program: Command): void {
  const rules = program.command('rules').description('check rules, and try them on records');

  rules
    .command('check')
    .description('every fault of every rule file with its place, or what the rules are')
    .option(...CONFIGS)
    .option(...JSON_OPTION)
    .action(async (options: RulesCheckOptions) =>
      (await import('../commands/rules-check.js')).checkFolder(options),
    );

  rules
    .command('list')
    .description('every rule with its severity, expression, reason and place')
    .option('--schema <schema>', 'only of one schema, for example trades')
    .option(...CONFIGS)
    .option(...JSON_OPTION)
    .action(async (options: RulesListOptions) =>
      (await import('../commands/rules-list.js')).listRules(options),
    );

  rules
    .command('test')
    .description('what the rules would do to the records of files; nothing is stored')
    .argument('<files...>', '.dbn or .dbn.zst files, or - for standard input')
    .option(...CONFIGS)
    .option('-l, --limit <records>', 'the first records of each file only', count)
    .option(...DEFINITIONS)
    .option(...JSON_OPTION)
    .action(async (files: string[], options: RulesTestOptions) =>
      (await import('../commands/rules-test.js')).testFiles(files, options),
    );

  rules
    .command('diff')
    .description('what would become of records under other rules; nothing is stored')
    .argument('<old>', 'a folder with rules/ and validation/')
    .argument('<new>', 'another one')
    .option('--job <job>', 'the archived chunks of a job of the running stack')
    .option('--chunk <id>', 'one archived chunk')
    .option('--file <path>', 'a .dbn or .dbn.zst file')
    .option('--folder <folder>', 'of a stack that does not run, for --chunk')
    .option(...DEFINITIONS)
    .option(...JSON_OPTION)
    .action(async (old: string, now: string, options: RulesDiffOptions) =>
      (await import('../commands/rules-diff.js')).diffFolders(old, now, options),
    );
}

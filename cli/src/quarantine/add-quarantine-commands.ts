import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { FindingsOptions } from '../commands/findings.js';
import type { QuarantineDiscardOptions } from '../commands/quarantine-discard.js';
import type { QuarantineExportOptions } from '../commands/quarantine-export.js';
import type { QuarantineListOptions } from '../commands/quarantine-list.js';
import type { QuarantineReplayOptions } from '../commands/quarantine-replay.js';
import type { QuarantineStatsOptions } from '../commands/quarantine-stats.js';
import { addFilterOptions } from './add-filter-options.js';
import { EXPORT_FORMS } from './refused-lines.js';

const JSON_OPTION = ['--json', 'print JSON, one line, instead of text'] as const;
const YES = ['--yes', 'do not ask'] as const;
const STATES = ['open', 'replayed', 'filtered', 'discarded', 'superseded', 'all'];
const severity = (): Option =>
  new Option('--severity <severity>', 'of the rule').choices(['error', 'warn', 'info']);

const count =
  (most: number) =>
  (text: string): number => {
    if (/^[1-9]\d{0,9}$/.test(text) && Number(text) <= most) return Number(text);
    throw new InvalidArgumentError(`give a whole number from 1 to ${most}`);
  };

/** `tapeline quarantine …`, `replays` and `findings`: what was refused, and what was found. */
export function addQuarantineCommands(program: Command): void {
  const quarantine = program
    .command('quarantine')
    .description('look at refused records, try them again, or discard them');

  addFilterOptions(quarantine.command('list').description('refused records, the last ones first'))
    .addOption(new Option('--state <state>', 'what became of them').choices(STATES).default('open'))
    .addOption(severity())
    .option('-l, --limit <records>', 'most of them to show', count(10_000), 50)
    .option('--before <id>', 'those refused before this one')
    .option(...JSON_OPTION)
    .action(async (options: QuarantineListOptions) =>
      (await import('../commands/quarantine-list.js')).listRefused(options),
    );

  quarantine
    .command('show')
    .description('every field of a refused record, why it was refused, and what became of it')
    .argument('<id>', "its id, as 'tapeline quarantine list' shows it")
    .option(...JSON_OPTION)
    .action(async (id: string, options: { json?: boolean }) =>
      (await import('../commands/quarantine-show.js')).showRefused(id, options),
    );

  addFilterOptions(quarantine.command('stats').description('refused records counted by cause'))
    .addOption(
      new Option('--by <cause>', 'what they are counted by')
        .choices(['rule', 'schema', 'dataset', 'job', 'instrument', 'day'])
        .default('rule'),
    )
    .addOption(new Option('--state <state>', 'what became of them').choices(STATES).default('all'))
    .addOption(severity())
    .option(...JSON_OPTION)
    .action(async (options: QuarantineStatsOptions) =>
      (await import('../commands/quarantine-stats.js')).countRefused(options),
    );

  addFilterOptions(
    quarantine
      .command('export')
      .description('refused records into a file, exact, page by page')
      .argument('<file>', 'its name, compressed if that ends in .zst; - for standard output'),
  )
    .addOption(
      new Option('--to <format>', 'CSV, or one JSON object a line')
        .choices(EXPORT_FORMS)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--state <state>', 'what became of them').choices(STATES).default('open'))
    .addOption(severity())
    .option('--force', 'replace the file if it exists')
    .option(...JSON_OPTION)
    .action(async (file: string, options: QuarantineExportOptions) =>
      (await import('../commands/quarantine-export.js')).exportRefused(file, options),
    );

  addFilterOptions(
    quarantine
      .command('replay')
      .description('try refused records under the rules of now, and store those that pass'),
  )
    .addOption(
      new Option('--from <source>', 'refused records alone, or whole chunks from the archive')
        .choices(['quarantine', 'archive'])
        .default('quarantine'),
    )
    .option('--dry-run', 'show what would come of it; change nothing')
    .option('--no-wait', 'end once the command is stored')
    .option(...YES)
    .option(...JSON_OPTION)
    .action(async (options: QuarantineReplayOptions) =>
      (await import('../commands/quarantine-replay.js')).replayRefused(options),
    );

  addFilterOptions(
    quarantine
      .command('discard')
      .description('mark refused records that nobody wants any more; they stay readable'),
  )
    .option('--note <text>', "why; for the writer's log")
    .option(...YES)
    .option(...JSON_OPTION)
    .action(async (options: QuarantineDiscardOptions) =>
      (await import('../commands/quarantine-discard.js')).discardRefused(options),
    );

  program
    .command('replays')
    .description('the latest replays, or one with its details')
    .argument('[id]', 'its id')
    .option(...JSON_OPTION)
    .action(async (id: string | undefined, options: { json?: boolean }) =>
      (await import('../commands/replays.js')).showReplays(id, options),
    );

  program
    .command('findings')
    .description('what checks of whole chunks found')
    .option('--dataset <dataset>', 'for example GLBX.MDP3')
    .option('--schema <schema>', 'for example trades')
    .option('--chunk <id>', 'of one chunk')
    .option('--check <check>', 'for example gaps')
    .addOption(severity())
    .option('-l, --limit <findings>', 'most of them to show', count(9_999), 50)
    .option(...JSON_OPTION)
    .action(async (options: FindingsOptions) =>
      (await import('../commands/findings.js')).showFindings(options),
    );
}

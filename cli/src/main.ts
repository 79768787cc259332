/** The `tapeline` command. Commands are loaded when they run, so that help and errors are quick. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from './cli-error.js';
import type { DemoOptions } from './demo/run-demo.js';
import { addDbnCommands } from './commands/dbn/add-dbn-commands.js';
import type { VerifyOptions } from './commands/archive.js';
import type { CoverageOptions } from './commands/coverage.js';
import type { IngestOptions } from './commands/ingest.js';
import type { QueryOptions } from './commands/query.js';
import type { RebuildCommandOptions } from './commands/rebuild.js';
import type { UpOptions } from './commands/up.js';
import { addDbCommands } from './db/add-db-commands.js';
import { addKeysCommands } from './keys/add-keys-commands.js';
import { addQuarantineCommands } from './quarantine/add-quarantine-commands.js';
import { addRulesCommands } from './rules/add-rules-commands.js';
import { readVersion } from './version.js';

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value <= 0) {
    throw new InvalidArgumentError('give a whole number above 0');
  }
  return value;
}

function dollars(text: string): number {
  const value = Number(text);
  if (!(value >= 0)) throw new InvalidArgumentError('give US dollars, 0 or more');
  return value;
}

const STYPES = ['raw_symbol', 'instrument_id', 'parent', 'continuous'];
const stypeIn = () => new Option('--stype-in <type>', 'what the symbols are').choices(STYPES);
const json = ['--json', 'print JSON, one line, instead of text'] as const;

const program = new Command('tapeline')
  .description('Market data from Databento, stored exactly once and answered exactly.')
  .version(readVersion())
  .showHelpAfterError("'tapeline --help' and 'tapeline COMMAND --help' tell more");

program
  .command('demo')
  .description('start a fresh stack, ingest, prove the sums, query, stop')
  .option('--data <folder>', 'ingest the .dbn and .dbn.zst files of a folder')
  .option(...json)
  .action(async (options: DemoOptions) => (await import('./demo/run-demo.js')).demo(options));

program
  .command('up')
  .description('start the stack and keep it running')
  .option('--folder <folder>', 'where its data and logs are (default: .tapeline/stack)')
  .option('--data <folder>', 'let the sandbox serve the DBN files of a folder, too')
  .option(
    '--configs <folder>',
    "settings and rules (default: TAPELINE_CONFIGS_DIR, else the project's)",
  )
  .option(...json)
  .action(async (options: UpOptions) => (await import('./commands/up.js')).up(options));

program
  .command('down')
  .description('stop the stack; its data stay')
  .option('--folder <folder>', 'the folder given to up, if that was killed')
  .action(async (options: { folder?: string }) =>
    (await import('./commands/down.js')).down(options),
  );

program
  .command('ingest')
  .description("fetch, check and store a range; options carry Databento's names")
  .option('--dataset <dataset>', 'for example GLBX.MDP3')
  .option('--schema <schema>', 'for example trades or ohlcv-1m')
  .option('-s, --symbols <symbols>', 'comma-separated, or ALL_SYMBOLS')
  .addOption(stypeIn())
  .option('--start <time>', 'inclusive: a date, a datetime in UTC, or nanoseconds')
  .option('--end <time>', "exclusive (default: one unit of start's resolution later)")
  .option('--limit <records>', 'the first records of the range only', positiveInteger)
  .option(
    '--file <paths...>',
    'instead: .dbn or .dbn.zst files, folders of them, or ZIPs of batch jobs (not those in a folder)',
  )
  .option('--job-id <id>', 'an id of your own; the same id is the same job')
  .option('--max-cost <usd>', 'above it the job waits for approval', dollars)
  .addOption(
    new Option(
      '--delivery <how>',
      'one stream a chunk, or files of a batch job (default: by size)',
    ).choices(['stream', 'batch']),
  )
  .addOption(
    new Option(
      '--refetch [what]',
      'fetch held days again that Databento changed since, or all, and replace them',
    )
      .choices(['stale', 'all'])
      .preset('stale'),
  )
  .option('--dry-run', 'show what is held, what would be bought, and the price; buy nothing')
  .option('--watch', 'show progress and end with the job')
  .option(...json)
  .action(async (options: IngestOptions) => (await import('./commands/ingest.js')).ingest(options));

for (const [name, description] of [
  ['approve', 'let a job that waits go on, at the price quoted or with what is refused of it'],
  ['refuse', 'end a job that waits; nothing more is bought'],
  [
    'cancel',
    'end a job that waits or runs, after the chunk that is being fetched; what is complete is kept',
  ],
] as const) {
  program
    .command(name)
    .description(description)
    .argument('<job>', "its id, as 'tapeline status' shows it")
    .option(...json)
    .action(async (job: string, options: { json?: boolean }) =>
      (await import('./commands/decide.js')).decide(job, name, options),
    );
}

program
  .command('archive')
  .description("what is kept of Databento's bytes")
  .command('verify')
  .description('read every byte again and compare it with what was received')
  .option('--folder <folder>', 'of a stack that does not run')
  .option(...json)
  .action(async (options: VerifyOptions) =>
    (await import('./commands/archive.js')).verifyArchive(options),
  );

program
  .command('costs')
  .description('what was received and paid for, by month, dataset and schema')
  .option(...json)
  .action(async (options: { json?: boolean }) =>
    (await import('./commands/costs.js')).costs(options),
  );

program
  .command('coverage')
  .description('which days are held, being fetched and missing; all options may be left out')
  .option('--dataset <dataset>', 'for example GLBX.MDP3')
  .option('--schema <schema>', 'for example trades or ohlcv-1m')
  .option('-s, --symbols <symbols>', 'comma-separated, or ALL_SYMBOLS; needs --dataset')
  .addOption(stypeIn())
  .option('--start <time>', 'inclusive (default: the first day of which anything is held)')
  .option('--end <time>', 'exclusive (default: after the last day of which anything is held)')
  .option('--stale', 'only days that Databento changed after they were bought')
  .option('--calendar', 'draw months, a character a day')
  .option(...json)
  .action(async (options: CoverageOptions) => {
    await (await import('./commands/coverage.js')).coverage(options);
  });

program
  .command('query')
  .description('records of a range, exact to the nanosecond and to 1e-9')
  .requiredOption('--dataset <dataset>', 'for example GLBX.MDP3')
  .requiredOption('--schema <schema>', 'for example trades or ohlcv-1m')
  .requiredOption('-s, --symbols <symbols>', 'comma-separated, or ALL_SYMBOLS')
  .addOption(stypeIn())
  .requiredOption('--start <time>', 'inclusive: a date, a datetime in UTC, or nanoseconds')
  .option('--end <time>', "exclusive (default: one unit of start's resolution later)")
  .option('--limit <records>', 'at most so many', positiveInteger)
  .addOption(new Option('--format <format>', 'how to print').choices(['table', 'csv', 'json']))
  .option('--json', 'the same as --format json')
  .action(async (options: QueryOptions) => (await import('./commands/query.js')).query(options));

program
  .command('rebuild')
  .description(
    'jobs, coverage and spending anew from events, ledger and archive, where they differ',
  )
  .option(
    '--only <parts>',
    'of jobs, chunks, coverage, symbology, spend, days, quarantine (which is only compared)',
  )
  .option('--dry-run', 'show what differs; change nothing')
  .option('--force', 'though services have work in hand, or the history is not whole')
  .option('--folder <folder>', 'of a stack that does not run')
  .option(...json)
  .action(async (options: RebuildCommandOptions) =>
    (await import('./commands/rebuild.js')).rebuild(options),
  );

program
  .command('status')
  .description('what runs, on which ports, and the latest jobs')
  .argument('[job]', 'one job')
  .option(...json)
  .action(async (job: string | undefined, options: { json?: boolean }) =>
    (await import('./commands/status.js')).status({
      ...options,
      ...(job !== undefined && { job }),
    }),
  );

addDbnCommands(program);
addDbCommands(program);
addKeysCommands(program);
addRulesCommands(program);
addQuarantineCommands(program);

program
  .command('version')
  .description('print the version')
  .option(...json)
  .action((options: { json?: boolean }) => {
    const version = readVersion();
    console.log(
      options.json ? JSON.stringify({ tapeline: version, node: process.version }) : version,
    );
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  console.error(`tapeline: ${error.message}`);
  process.exitCode = 1;
}

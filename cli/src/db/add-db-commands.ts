import { Option } from 'commander';
import type { Command } from 'commander';
import type { BackupOptions } from '../commands/backup.js';
import type { DbStatsOptions } from '../commands/db-stats.js';
import type { ExportOptions } from '../commands/export.js';
import type { RestoreOptions } from '../commands/restore.js';

const JSON_OPTION = ['--json', 'print JSON, one line, instead of text'] as const;
const STYPES = ['raw_symbol', 'instrument_id', 'parent', 'continuous'];

/** `tapeline db`, `backup`, `restore` and `export`: what is stored, and getting it out and in as a whole. */
export function addDbCommands(program: Command): void {
  program
    .command('db')
    .description('the database')
    .command('stats')
    .description('rows, sizes, compression and ranges of every schema')
    .option('--exact', 'count the rows instead of estimating them; reads every table')
    .option('--all', 'schemas without rows, too')
    .option('--folder <folder>', 'of a stack that does not run')
    .option(...JSON_OPTION)
    .action(async (options: DbStatsOptions) =>
      (await import('../commands/db-stats.js')).dbStats(options),
    );

  program
    .command('backup')
    .description('the database, the events, the list of the archive and the rules, in one folder')
    .argument('<folder>', 'a new one')
    .addOption(
      new Option(
        '--method <how>',
        'how rows are read (default: pg_dump where one fits the server, else copy)',
      ).choices(['pg_dump', 'copy']),
    )
    .option('--archive', "with the archive's bytes, not only their sizes and hashes")
    .option('--no-events', 'without the bus')
    .option('--folder <folder>', 'of a stack that does not run')
    .option(...JSON_OPTION)
    .action(async (folder: string, options: BackupOptions) =>
      (await import('../commands/backup.js')).backup(folder, options),
    );

  program
    .command('restore')
    .description('a backup into an empty database and bus; every table is compared')
    .argument('<folder>', "that 'tapeline backup' made")
    .option('--into <url>', 'an empty database (default: a new embedded one in --folder)')
    .option('--nats <url>', 'the bus for the events, with --into (default: NATS_URL)')
    .option(
      '--folder <folder>',
      "of the stack to fill, for 'tapeline up' (default: .tapeline/stack)",
    )
    .option('--no-events', 'without the events')
    .option('--verify', 'only compare the files with their hashes; nothing is restored')
    .option(...JSON_OPTION)
    .action(async (folder: string, options: RestoreOptions) =>
      (await import('../commands/restore.js')).restore(folder, options),
    );

  program
    .command('export')
    .description('records of a range into one file, exact; only whole files get the name')
    .argument('<file>', 'what is written')
    .requiredOption('--dataset <dataset>', 'for example GLBX.MDP3')
    .requiredOption('--schema <schema>', 'for example trades or ohlcv-1m')
    .requiredOption('-s, --symbols <symbols>', 'comma-separated, or ALL_SYMBOLS')
    .addOption(new Option('--stype-in <type>', 'what the symbols are').choices(STYPES))
    .requiredOption('--start <time>', 'inclusive: a date, a datetime in UTC, or nanoseconds')
    .option('--end <time>', "exclusive (default: one unit of start's resolution later)")
    .addOption(
      new Option('--to <format>', "default: by the file's name").choices([
        'parquet',
        'arrow',
        'csv',
        'dbn',
      ]),
    )
    .option('--map-symbols', 'a column symbol in parquet and arrow; csv has it always')
    .option('--force', 'replace the file if it is there')
    .option(...JSON_OPTION)
    .action(async (file: string, options: ExportOptions) =>
      (await import('../commands/export.js')).exportRange(file, options),
    );
}

import { API_KEY_ROLES } from '@tapeline/contracts';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { CreateKeyOptions } from '../commands/keys-create.js';
import type { KeysOptions } from '../commands/keys-list.js';

const FOLDER = ['--folder <folder>', 'of a stack that does not run'] as const;
const JSON_OPTION = ['--json', 'print JSON, one line, instead of text'] as const;

/** PostgreSQL's integer; nobody counts requests beyond it. */
const LARGEST_INT = 2 ** 31 - 1;

const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d{1,16}$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`give a whole number from ${least} to ${most}`);
  };
const rate = wholeNumber(0, LARGEST_INT);
const amount = wholeNumber(1, Number.MAX_SAFE_INTEGER);

function futureTime(text: string): Date {
  const time = new Date(text);
  if (time.getTime() > Date.now()) return time;
  throw new InvalidArgumentError('give a date or time to come, such as 2030-01-01');
}

/** `tapeline keys …`: who may call the gateway. They work on the database itself, as a role that may write. */
export function addKeysCommands(program: Command): void {
  const keys = program
    .command('keys')
    .description("keys of the gateway, in DATABASE_URL's database");

  keys
    .command('create')
    .description('make a key; it is shown once, since only its digest is kept')
    .requiredOption('--name <name>', 'whose it is, or what for')
    .addOption(
      new Option('--role <role>', 'readers read; operators also order jobs, replays and SQL')
        .choices(API_KEY_ROLES)
        .default('reader'),
    )
    .option('--expires <time>', 'when it ends, UTC (default: never)', futureTime)
    .option('--requests-per-minute <n>', "0 for any number (default: the gateway's)", rate)
    .option('--concurrent-requests <n>', "0 for any number (default: the gateway's)", rate)
    .option('--rows-per-day <n>', 'of a UTC day', amount)
    .option('--bytes-per-day <n>', 'of a UTC day, as sent', amount)
    .option('--max-rows <n>', 'of one answer', amount)
    .option('--max-bytes <n>', 'of one answer, as sent', amount)
    .option('--max-seconds <n>', 'of one answer', wholeNumber(1, 86_400))
    .option(...FOLDER)
    .option(...JSON_OPTION)
    .action(async (options: CreateKeyOptions) =>
      (await import('../commands/keys-create.js')).createKey(options),
    );

  keys
    .command('list')
    .description('all keys by their ids, with what they may take')
    .option(...FOLDER)
    .option(...JSON_OPTION)
    .action(async (options: KeysOptions) =>
      (await import('../commands/keys-list.js')).listKeys(options),
    );

  keys
    .command('revoke')
    .description('end a key for good; gateways notice within five seconds')
    .argument('<id>', "as 'tapeline keys list' shows it")
    .option(...FOLDER)
    .option(...JSON_OPTION)
    .action(async (id: string, options: KeysOptions) =>
      (await import('../commands/keys-revoke.js')).revokeKey(id, options),
    );
}

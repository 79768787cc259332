import type { Stack } from '@tapeline/embedded';
import { Client } from 'pg';
import { completedJob, submitJob, submitTrades, waitFor } from '../trades-job.js';

/** A week of sessions without a holiday. */
const DAYS = 5;
export const TRADES_FROM = Temporal.PlainDate.from('2024-07-08');
export const TRADES_UNTIL = TRADES_FROM.add({ days: DAYS });
/** The front contract has nine tenths of what the sandbox invents a day. */
const SHARE_OF_FRONT = 0.9;

/** The month of daily bars. */
export const BARS = { start: '2024-06-01', end: '2024-07-01' } as const;

/** What the sandbox is told to invent a day, so that the front contract trades `records` times in the week. */
export const tradesPerDay = (records: number): number => Math.ceil(records / DAYS / SHARE_OF_FRONT);

/** @returns how many trades are held once the jobs are complete, and nothing else works on the database. */
export async function fillStore(stack: Stack): Promise<number> {
  const trades = await submitTrades(stack, TRADES_FROM, TRADES_UNTIL);
  const { stored } = await completedJob(stack, trades);
  const bars = await submitJob(stack, { schema: 'ohlcv-1d', ...BARS });
  await completedJob(stack, bars);
  const client = new Client({ connectionString: stack.urls.postgres });
  await client.connect();
  try {
    // Checks of complete chunks go on after the job.
    await waitFor(async () => {
      const { rows } = await client.query<{ busy: boolean }>(
        `SELECT EXISTS (SELECT FROM pg_stat_activity
                         WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle') AS busy`,
      );
      return rows[0]!.busy ? undefined : true;
    });
    await client.query('VACUUM ANALYZE trades');
  } finally {
    await client.end();
  }
  return stored;
}

/** Records that were stored longer ago than they are kept: deleted, no longer held, and had again from the archive. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { StackClient } from './stack-client.js';

let client: StackClient;

const es = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: 'ES.c.0',
  stype_in: 'continuous',
} as const;
const range = { start: '2024-07-01', end: '2024-07-03' };

beforeAll(async () => {
  client = await StackClient.start('retention', {
    SANDBOX_TRADES_PER_DAY: '2000',
    DATABASE_RETAIN_DAYS: '30',
  });
});
afterAll(() => client?.stop());

async function claims(): Promise<number> {
  const [row] = await client.sql<{ count: number }>('SELECT count(*)::int AS count FROM coverage');
  return row!.count;
}

it('deletes what was stored long ago, and takes it from the archive when it is asked for again', async () => {
  const job = await client.run({ ...es, ...range });
  expect(job).toMatchObject({ state: 'completed', holds: true });
  const day = (start: string) => client.records({ ...es, start });
  const [first, second] = await Promise.all([day('2024-07-01'), day('2024-07-02')]);
  expect(first.length).toBeGreaterThan(100);

  // As if the first day had been stored forty days ago; the writer looks at its start.
  await client.sql(
    `UPDATE chunk SET completed_at = completed_at - INTERVAL '40 days'
      WHERE start_ns = (SELECT min(start_ns) FROM chunk)`,
  );
  await client.stack.services.get('writer')!.kill('SIGTERM');
  while ((await claims()) > 1) await delay(50);
  await expect(day('2024-07-01')).rejects.toThrow('nothing-held');
  expect(await day('2024-07-02')).toEqual(second);
  expect(await client.job(job.job_id)).toMatchObject({ stored: job.stored, holds: true });

  const [spent] = await client.sql<{ count: string }>('SELECT count(*) FROM spend');
  const again = await client.run({ ...es, ...range });
  expect(again).toMatchObject({ state: 'completed', holds: true, stored: first.length });
  expect(await client.sql('SELECT count(*) FROM spend')).toEqual([spent]);
  expect(await day('2024-07-01')).toEqual(first);
  expect(await day('2024-07-02')).toEqual(second);
});

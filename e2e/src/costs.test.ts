/** Nothing is bought without consent, and nothing twice. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openNats } from './open-nats.js';
import { StackClient } from './stack-client.js';
import type { Job } from './stack-client.js';

let client: StackClient;

beforeAll(async () => {
  client = await StackClient.start('costs', {
    SANDBOX_TRADES_PER_DAY: '2000',
    MAX_JOB_COST_USD: '0.003',
    MONTHLY_BUDGET_USD: '0.01',
  });
});
afterAll(() => client?.stop());

const day = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: 'ES.c.0',
  stype_in: 'continuous',
  start: '2024-07-01',
};

interface Spent {
  readonly responses: string;
  readonly records: string;
  readonly repeated: string;
  readonly usd: string;
}

const spent = async (jobId: string): Promise<Spent> => {
  const [row] = await client.sql<Spent>(
    `SELECT count(*) AS responses, coalesce(sum(records), 0) AS records,
            coalesce(sum(repeated), 0) AS repeated, coalesce(sum(usd), 0) AS usd
       FROM spend WHERE job_id = $1`,
    [jobId],
  );
  return row!;
};

/** The job once it is in a state that it comes to by itself. */
async function until(jobId: string, state: string): Promise<Job> {
  for (;;) {
    const job = await client.ended(jobId);
    if (job.state === state) return job;
  }
}

it('quotes a dry run, and neither buys nor stores anything', async () => {
  const job = await client.run({ ...day, dry_run: true });
  expect(job).toMatchObject({ state: 'completed', reason: 'dry_run', fetched: 0, stored: 0 });
  expect(job.quote!.records).toBeGreaterThan(1000);
  expect(job.quote!.bytes).toBe(48 * job.quote!.records);
  expect(job.quote!.usd).toBeGreaterThan(0);
  expect(await spent(job.job_id)).toMatchObject({ responses: '0' });
  expect(await client.count('chunk')).toBe(0);
  expect(await client.count('trades')).toBe(0);
});

it('buys what is within the limit, and enters it into the ledger at the quoted price', async () => {
  const job = await client.run(day);
  expect(job).toMatchObject({ state: 'completed', holds: true, reason: null });
  expect(job.fetched).toBe(job.quote!.records);
  const ledger = await spent(job.job_id);
  expect(ledger).toMatchObject({ responses: '1', records: String(job.fetched), repeated: '0' });
  expect(Number(ledger.usd)).toBeCloseTo(job.quote!.usd, 5);
  expect(job.spent_usd).toBeCloseTo(job.quote!.usd, 5);
});

it('quotes what is held at nothing, and buys none of it again', async () => {
  const again = await client.run({ ...day, symbols: 'ES.v.0,ES.c.0' });
  expect(again).toMatchObject({ state: 'completed', reason: 'already_held' });
  expect(again.quote).toMatchObject({ usd: 0, records: 0 });
  const week = await client.run({ ...day, end: '2024-07-03', dry_run: true });
  expect(week.quote).toMatchObject({ some_held: true });
  expect((week.quote as unknown as { requests: object[] }).requests).toMatchObject([
    { start: '1719878400000000000', end: '1719964800000000000', chunks: 1 },
  ]);
});

it('keeps an approval that comes before anyone has written down that the job waits', async () => {
  const jobId = 'approved-early';
  await using nats = await openNats(client.stack.urls.nats);
  const told = nats.next(`ingest.event.${jobId}.awaiting_approval`);
  const writer = client.stack.services.get('writer')!.pid!;
  process.kill(writer, 'SIGSTOP');
  try {
    await nats.publish('ingest.command.request', {
      ...day,
      job_id: jobId,
      start: '2024-07-09T14:00',
      end: '2024-07-09T14:30',
      max_cost_usd: 0,
    });
    await told;
    await nats.publish('ingest.command.decide', { job_id: jobId, decision: 'approve' });
    await nats.delivered('INGEST_COMMANDS', 'decide');
  } finally {
    process.kill(writer, 'SIGCONT');
  }
  expect(await until(jobId, 'completed')).toMatchObject({ holds: true });
});

it('waits above the limit, buys when approved, and at no other time', async () => {
  const days = { ...day, start: '2024-07-02', end: '2024-07-05' };
  const waiting = await client.run(days);
  expect(waiting).toMatchObject({
    state: 'awaiting_approval',
    reason: 'over_job_limit',
    stored: 0,
  });
  expect(waiting.message).toMatch(/^it is quoted at \$0\.\d+, more than the \$0\.003000 that/);
  expect(await spent(waiting.job_id)).toMatchObject({ responses: '0' });

  const other = await client.run({ ...day, start: '2024-07-08', max_cost_usd: 0 });
  expect(other.state).toBe('awaiting_approval');
  expect((await client.decide(other.job_id, 'refuse')).status).toBe(202);
  expect(await until(other.job_id, 'refused')).toMatchObject({ stored: 0, spent_usd: 0 });
  expect((await client.decide(other.job_id, 'approve')).status).toBe(409);

  expect((await client.decide(waiting.job_id, 'approve')).status).toBe(202);
  const job = await until(waiting.job_id, 'completed');
  expect(job).toMatchObject({ holds: true, approved_usd: expect.any(Number) });
  expect(job.fetched).toBe(job.quote!.records);
  expect((await spent(job.job_id)).records).toBe(String(job.fetched));
});

it('keeps the budget of the month, whatever a single job may cost', async () => {
  const job = await client.run({
    ...day,
    start: '2024-08-05',
    end: '2024-08-17',
    max_cost_usd: 99,
  });
  expect(job).toMatchObject({ state: 'awaiting_approval', reason: 'over_monthly_budget' });
  expect(job.message).toContain('budgeted for 20');
});

const FIRST_DAYS = "SELECT * FROM trades WHERE ts_recv < '2024-07-05' ORDER BY ts_recv, ordinal";

it('takes from the archive what the database lost, for nothing', async () => {
  const before = await client.sql(FIRST_DAYS);
  await client.sql('TRUNCATE trades, chunk, coverage, job_chunk, ledger');
  const days = { ...day, end: '2024-07-05' };
  const job = await client.run(days);
  expect(job).toMatchObject({ state: 'completed', holds: true });
  expect(job.quote).toMatchObject({ usd: 0, archived: 4 });
  expect(await spent(job.job_id)).toMatchObject({ responses: '0' });
  const after = await client.sql(FIRST_DAYS);
  expect(after).toEqual(before);
});

it('buys again only what the archive lost, too', async () => {
  await client.sql('TRUNCATE trades, chunk, coverage, job_chunk, ledger');
  rmSync(join(client.folder, 'archive', 'chunks', 'GLBX.MDP3'), { recursive: true });
  const job = await client.run({ ...day, max_cost_usd: 1, dry_run: true });
  expect(job).toMatchObject({ state: 'completed', reason: 'dry_run' });
  expect(job.quote!.usd).toBeGreaterThan(0);
});

/** Every kind of trouble with the source, at several places of a job: the sums hold and nothing is bought twice. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { StackClient } from './stack-client.js';
import type { SandboxFault } from './stack-client.js';

let client: StackClient;
let day = 0;

beforeAll(async () => {
  client = await StackClient.start('faults', { SANDBOX_TRADES_PER_DAY: '4000' });
});
afterEach(() => client.clearFaults());
afterAll(() => client?.stop());

/** Two days and three symbols that no other test has asked for. */
function freshCommand() {
  const start = Temporal.PlainDate.from('2024-03-04').add({ weeks: day++ });
  return {
    dataset: 'GLBX.MDP3',
    schema: 'trades',
    symbols: 'ES.c.0,CL.c.0,NG.c.0',
    stype_in: 'continuous',
    start: start.toString(),
    end: start.add({ days: 2 }).toString(),
  };
}

interface Ledger {
  readonly records: string;
  readonly repeated: string;
  readonly cuts: string;
}

const ledgerOf = async (jobId: string): Promise<Ledger> => {
  const [row] = await client.sql<Ledger>(
    `SELECT sum(records) AS records, sum(repeated) AS repeated, count(*) FILTER (WHERE is_cut) AS cuts
       FROM spend WHERE job_id = $1`,
    [jobId],
  );
  return row!;
};

const RANGE = 'timeseries.get_range';

describe('trouble that passes', () => {
  it.each<[string, SandboxFault[]]>([
    ['cut inside the metadata', [{ method: RANGE, cut_after_bytes: 40 }]],
    ['cut after the metadata', [{ method: RANGE, cut_after_bytes: 400 }]],
    ['cut inside the first records', [{ method: RANGE, cut_after_bytes: 3_000 }]],
    ['cut in the middle', [{ method: RANGE, cut_after_bytes: 40_001 }]],
    ['cut four times in a row', [{ method: RANGE, times: 4, cut_after_bytes: 25_000 }]],
    ['slow drip', [{ method: RANGE, delay_ms: 20 }]],
    ['a burst of 429', [{ method: RANGE, times: 2, status: 429, retry_after: 0.05 }]],
    ['500, 502, 503', [500, 502, 503].map((status) => ({ method: RANGE, status }))],
    ['503 while it is quoted', [{ method: 'metadata.get_cost', times: 2, status: 503 }]],
    ['503 while symbols resolve', [{ method: 'symbology.resolve', times: 2, status: 503 }]],
  ])('%s', async (_, faults) => {
    for (const fault of faults) await client.fault(fault);
    const job = await client.run(freshCommand());
    expect(job).toMatchObject({ state: 'completed', holds: true, reason: null });
    expect(job.fetched).toBe(job.quote!.records);
    const ledger = await ledgerOf(job.job_id);
    expect(Number(ledger.records) - Number(ledger.repeated)).toBe(job.fetched);
    // After a cut come again only the records at the time from which it goes on.
    expect(Number(ledger.repeated)).toBeLessThanOrEqual(20 * Number(ledger.cuts));
  });
});

describe('trouble that stays', () => {
  it.each<[number, string]>([
    [401, 'DATABENTO_API_KEY'],
    [402, 'payment'],
    [403, 'subscription'],
    [422, 'ordered'],
  ])('%i ends the job with the reason, and buys nothing', async (status, reason) => {
    await client.fault({ method: 'metadata.get_cost', times: 100, status });
    const job = await client.run(freshCommand());
    expect(job).toMatchObject({ state: 'failed', reason: 'upstream_refused', stored: 0 });
    expect(job.message).toContain(reason);
    expect(await ledgerOf(job.job_id)).toMatchObject({ records: null });
    await client.clearFaults();
  });
});

describe('what cannot be had', () => {
  it.each<[string, object, string, string]>([
    ['an unknown dataset', { dataset: 'NOPE.NOPE' }, 'failed', 'NOPE.NOPE'],
    ['an unknown symbol', { symbols: 'XX.c.0' }, 'completed', 'XX.c.0'],
    ['the future', { start: '2100-01-01', end: '2100-01-02' }, 'failed', 'is available from'],
    ['the past', { start: '1980-01-01', end: '1980-01-02' }, 'failed', 'is available from'],
  ])('%s is told, before anything is bought', async (_, changes, state, message) => {
    const job = await client.run({ ...freshCommand(), ...changes });
    expect(job).toMatchObject({ state, fetched: 0, spent_usd: 0 });
    expect(job.message).toContain(message);
  });
});

it('overlapping jobs buy each day of an instrument once, also at the same time', async () => {
  const { start, end } = freshCommand();
  const base = { dataset: 'GLBX.MDP3', schema: 'trades', start, end };
  const ids = await Promise.all(
    [
      { ...base, symbols: 'ES.c.0', stype_in: 'continuous' },
      { ...base, symbols: 'ES.FUT', stype_in: 'parent' },
      { ...base, symbols: 'ES.c.0,ES.c.1', stype_in: 'continuous' },
    ].map((command) => client.submit(command)),
  );
  const jobs = await Promise.all(ids.map((id) => client.ended(id)));
  for (const job of jobs) expect(job).toMatchObject({ state: 'completed', holds: true });
  const [held] = await client.sql<{ rows: string; bought: string }>(
    `SELECT (SELECT count(*) FROM trades WHERE ts_recv >= $1 AND ts_recv < $2) AS rows,
            (SELECT sum(records) FROM spend WHERE job_id = ANY($3)) AS bought`,
    [start, end, ids],
  );
  expect(held!.bought).toBe(held!.rows);
});

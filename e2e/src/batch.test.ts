/** Jobs whose records come as files of batch jobs: the same rows, bought once, whatever goes wrong. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { HistoricalClient } from '@tapeline/databento';
import { StackClient } from './stack-client.js';

let client: StackClient;
let databento: HistoricalClient;

beforeAll(async () => {
  client = await StackClient.start('batch', { SANDBOX_TRADES_PER_DAY: '3000' });
  databento = client.databento();
});
afterEach(() => client.clearFaults());
afterAll(async () => {
  await databento?.close();
  await client?.stop();
});

const days = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: 'ES.c.0,CL.c.0',
  stype_in: 'continuous',
  start: '2024-07-01',
  end: '2024-07-04',
};

const checksum = async (): Promise<string> => {
  const [row] = await client.sql<{ sum: string }>(
    `SELECT md5(string_agg(t::text, ',' ORDER BY ts_recv, ts_recv_ns, instrument_id, ordinal)) AS sum FROM trades t`,
  );
  return row!.sum;
};

it('stores what a stream would have brought, and pays the quote', async () => {
  const streamed = await client.run({ ...days, delivery: 'stream' });
  const wanted = await checksum();
  await client.sql('TRUNCATE trades, chunk, coverage, job_chunk, ledger, spend');
  await client.forgetArchive();
  const job = await client.run({ ...days, delivery: 'batch' });
  expect(job).toMatchObject({ state: 'completed', holds: true, fetched: streamed.fetched });
  expect(await checksum()).toBe(wanted);
  expect(job.spent_usd).toBeCloseTo(job.quote!.usd, 5);
  expect(await databento.batch.listJobs()).toMatchObject([{ state: 'done' }]);
});

it('buys one batch job though the answer to its submission is lost', async () => {
  const before = (await databento.batch.listJobs()).length;
  await client.fault({ method: 'batch.submit_job', lose_answer: true });
  const job = await client.run({
    ...days,
    start: '2024-07-08',
    end: '2024-07-10',
    delivery: 'batch',
  });
  expect(job).toMatchObject({ state: 'completed', holds: true });
  expect((await databento.batch.listJobs()).length).toBe(before + 1);
});

it('starts at any time of a day, and takes days without records', async () => {
  const job = await client.run({
    ...days,
    start: '2024-07-12T15:00',
    end: '2024-07-15T01:30',
    delivery: 'batch',
  });
  expect(job).toMatchObject({ state: 'completed', holds: true });
  expect(job.fetched).toBe(job.quote!.records);
});

it('takes no file whose hash is another, and buys nothing again afterwards', async () => {
  const before = (await databento.batch.listJobs()).length;
  await client.fault({ method: 'batch.list_files', wrong_hash: true, times: 10 });
  const command = { ...days, start: '2024-07-22', end: '2024-07-24', delivery: 'batch' };
  const refused = await client.run(command);
  expect(refused).toMatchObject({ state: 'failed', stored: 0 });
  expect(refused.message).toContain('sha256');
  await client.clearFaults();
  // Another job takes the chunks that failed, at their price, and the files that were bought for them.
  const next = await client.run(command);
  expect(next).toMatchObject({ state: 'completed', holds: true, fetched: next.quote!.records });
  expect(next.spent_usd).toBeCloseTo(next.quote!.usd, 5);
  expect((await databento.batch.listJobs()).length).toBe(before + 1);
});

it('buys again what is to replace held records, each time anew, and leaves no file behind', async () => {
  const before = (await databento.batch.listJobs()).length;
  const wanted = await checksum();
  for (const times of [1, 2]) {
    const job = await client.run({ ...days, delivery: 'batch', refetch: 'all' });
    expect(job).toMatchObject({ state: 'completed', holds: true });
    expect(job.replaced).toBe(job.stored);
    expect((await databento.batch.listJobs()).length).toBe(before + times);
  }
  expect(await checksum()).toBe(wanted);
  expect(await readdir(join(client.folder, 'archive', 'batch'))).toEqual([]);
});

import { beforeEach, expect, it } from '@jest/globals';
import { chunkOf, eventOf, savePlan } from '../jobs/job-fixture.js';
import { projectEvent } from '../jobs/project-event.js';
import { settleChunk } from '../jobs/settle-chunk.js';
import type { Storage } from '../storage.js';
import { DAY, DAY_START, headerOf, openProxy, trades } from '../test-batches.js';
import { eachWithStorage } from '../test-storage.js';
import { Storage as OwnStorage } from '../storage.js';
import { BatchWriter } from './batch-writer.js';

let storage: Storage;
let url: string;
eachWithStorage(4, (opened, database) => {
  storage = opened;
  url = database.url;
});

let writer: BatchWriter;
beforeEach(() => {
  writer = new BatchWriter(storage, { transactions: 1 });
});

/** Batches as the ledger has them: `id rows`, one line for each transaction. */
async function transactions(): Promise<string[]> {
  const { rows } = await storage.pool.query<{ line: string }>(
    `SELECT string_agg(batch_id || ' ' || stored, ', ' ORDER BY batch_id) AS line FROM ledger GROUP BY xmin::text ORDER BY 1`,
  );
  return rows.map(({ line }) => line);
}
const count = async (): Promise<number> => {
  const { rows } = await storage.pool.query<{ count: string }>('SELECT count(*) FROM trades');
  return Number(rows[0]!.count);
};
const write = (sequence: number, rows = 2): Promise<string> =>
  writer.write(headerOf(trades(rows), 'c', sequence), trades(rows));

it('stores in one transaction what came while another was under way', async () => {
  const written = await Promise.all([0, 1, 2, 3, 4, 5].map((sequence) => write(sequence)));
  expect(written).toEqual(Array(6).fill('written'));
  // The first goes alone, since nothing else has come; of the rest no more than four go together.
  expect((await transactions()).length).toBeLessThanOrEqual(3);
  expect(await count()).toBe(12);
  expect(await write(7)).toBe('written');
});

it('stores a batch once that comes several times at once', async () => {
  const written = await Promise.all([0, 1, 1, 1, 0].map((sequence) => write(sequence)));
  expect(written.toSorted()).toEqual(['duplicate', 'duplicate', 'duplicate', 'written', 'written']);
  expect(await count()).toBe(4);
});

it('keeps what is at fault from what it shares a transaction with', async () => {
  await write(1, 3);
  const results = await Promise.allSettled([write(0), write(1), write(2), write(3)]);
  expect(results.map((result) => result.status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
  expect(results[1]).toMatchObject({ reason: { code: 'batch_conflict' } });
  expect(await count()).toBe(9);
});

it('refuses records that are not of their chunk’s range', async () => {
  await savePlan(storage, 'j', [chunkOf('c')]);
  const early = trades(1, DAY_START - 1n);
  const late = trades(2, DAY_START + DAY);
  const [first, second, third] = await Promise.allSettled([
    writer.write(headerOf(early, 'c', 0), early),
    writer.write(headerOf(late, 'c', 1), late),
    write(2),
  ]);
  expect(first).toMatchObject({ reason: { code: 'batch_mismatch' } });
  expect(second).toMatchObject({
    reason: {
      message: expect.stringMatching(/^batch c.1 has records from \d+ to \d+, its chunk is/),
    },
  });
  expect(third).toMatchObject({ value: 'written' });
  expect(await count()).toBe(2);
});

it('tells batches of the table from those that wait to replace others', async () => {
  const old = chunkOf('old');
  await savePlan(storage, 'j', [old]);
  await write(0);
  await writer.write(headerOf(trades(1), 'old'), trades(1));
  await projectEvent(storage, eventOf.chunkFetched('j', 'old', 1));
  await settleChunk(storage, 'old');
  const request = { ...old.request, replaces: 'test' };
  await savePlan(storage, 'k', [{ ...old, chunkId: 'new', request }]);
  await Promise.all([
    write(1),
    writer.write(headerOf(trades(3), 'new'), trades(3)),
    writer.write(headerOf(trades(2), 'd'), trades(2)),
  ]);
  expect(await count()).toBe(7);
  const { rows } = await storage.pool.query('SELECT FROM staging."new"');
  expect(rows).toHaveLength(3);
});

it('tells every caller of an outage, and goes on after it', async () => {
  await using proxy = await openProxy(url);
  const own = OwnStorage.open({ url: proxy.url, connections: 1, onError: () => undefined });
  const behind = new BatchWriter(own, { transactions: 1 });
  const all = () =>
    Promise.allSettled(
      [0, 1, 2].map((sequence) => behind.write(headerOf(trades(2), 'c', sequence), trades(2))),
    );
  await behind.write(headerOf(trades(2), 'c', 9), trades(2));
  proxy.decide = (data) => (data.includes('COMMIT') ? 'before' : 'forward');
  const failed = await all();
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(await count()).toBe(2);
  proxy.decide = () => 'forward';
  const stored = await all();
  expect(stored.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  expect(await count()).toBe(8);
  await own.close();
});

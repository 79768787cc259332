import { expect, it } from '@jest/globals';
import { chunkOf, eventOf, savePlan } from '../jobs/job-fixture.js';
import { projectEvent } from '../jobs/project-event.js';
import { readJob } from '../jobs/read-jobs.js';
import { settleChunk } from '../jobs/settle-chunk.js';
import { EVERY_INSTRUMENT, withPlanLock } from '../planning/index.js';
import type { ChunkToSave } from '../planning/index.js';
import type { Storage } from '../storage.js';
import { DATASET, DAY, DAY_START, headerOf, trades } from '../test-batches.js';
import { eachWithStorage } from '../test-storage.js';
import { writeBatch } from '../write/write-batch.js';
import { expireChunks } from './expire-chunks.js';
import type { ExpiredChunk } from './expire-chunks.js';

let storage: Storage;

eachWithStorage(3, (opened) => (storage = opened));

const HOUR = DAY / 24n;

/** Claims whole hours of the day for instruments. */
function chunk(
  chunkId: string,
  [from, to]: readonly [number, number],
  instruments: readonly number[],
): ChunkToSave {
  const plain = chunkOf(chunkId, instruments);
  const range = { start: DAY_START + BigInt(from) * HOUR, end: DAY_START + BigInt(to) * HOUR };
  return { ...plain, claims: plain.claims.map((claim) => ({ ...claim, ...range })) };
}

/** Stores a row for each hour and instrument, and completes the chunk so many days ago. */
async function hold(
  given: ChunkToSave,
  daysAgo: number,
  rows: readonly (readonly [hour: number, instrument: number])[],
): Promise<void> {
  const { chunkId } = given;
  await savePlan(storage, `job-${chunkId}`, [given]);
  const batch = trades(rows.length);
  rows.forEach(([hour, instrument], row) => {
    batch.column('ts_recv')[row] = DAY_START + BigInt(hour) * HOUR;
    batch.column('instrument_id')[row] = instrument;
    batch.column('price')[row] = BigInt(chunkId.codePointAt(0)!);
  });
  await writeBatch(storage, headerOf(batch, chunkId), batch);
  await projectEvent(storage, eventOf.chunkFetched(`job-${chunkId}`, chunkId, rows.length));
  await settleChunk(storage, chunkId);
  await storage.pool.query(
    'UPDATE chunk SET completed_at = now() - make_interval(days => $2) WHERE chunk_id = $1',
    [chunkId, daysAgo],
  );
}

async function expire(days: number, tell = (): Promise<void> => Promise.resolve()) {
  const expired: ExpiredChunk[] = [];
  for await (const chunk of expireChunks(storage, days, tell)) expired.push(chunk);
  return expired;
}

/** `chunk hour instrument` of each row; chunks put the letter of their id into the price. */
async function held(): Promise<string[]> {
  const { rows } = await storage.pool.query<{ row: string }>(
    `SELECT chr(price::int) || ' ' || extract(hour FROM ts_recv AT TIME ZONE 'UTC') || ' ' || instrument_id AS row
       FROM trades ORDER BY 1`,
  );
  return rows.map(({ row }) => row);
}

const claimed = async (): Promise<string[]> => {
  const { rows } = await storage.pool.query<{ chunk_id: string }>(
    'SELECT DISTINCT chunk_id FROM coverage ORDER BY 1',
  );
  return rows.map((row) => row.chunk_id);
};

it('goes by when records were stored, not by their own age', async () => {
  await hold(chunk('a', [0, 6], [1, 2]), 40, [
    [0, 1],
    [5, 1],
    [5, 2],
  ]);
  await hold(chunk('b', [6, 12], [1]), 29, [[6, 1]]);
  expect(await expire(30)).toEqual([{ chunkId: 'a', jobId: 'job-a', rows: 3 }]);
  expect(await held()).toEqual(['b 6 1']);
  expect(await claimed()).toEqual(['b']);
  expect(await readJob(storage, 'job-a')).toMatchObject({ fetched: 3, stored: 3, holds: true });
  expect(await expire(30)).toEqual([]);
});

it('leaves what others hold of single instruments beside a claim of all', async () => {
  await hold(chunk('s', [0, 12], [7]), 10, [
    [0, 7],
    [3, 7],
  ]);
  await hold(chunk('e', [0, 24], [EVERY_INSTRUMENT]), 40, [
    [3, 8],
    [13, 7],
  ]);
  expect(await expire(30)).toMatchObject([{ chunkId: 'e', rows: 2 }]);
  expect(await held()).toEqual(['s 0 7', 's 3 7']);
});

it('waits with single instruments for the claim of all that would say they are held', async () => {
  await hold(chunk('s', [0, 12], [7]), 50, [[0, 7]]);
  await hold(chunk('e', [0, 24], [EVERY_INSTRUMENT]), 40, [[3, 8]]);
  await hold(chunk('t', [0, 12], [9]), 20, [[0, 9]]);
  const [first, second, ...others] = await expire(30);
  expect([first?.chunkId, second?.chunkId, others]).toEqual(['e', 's', []]);
  expect(await held()).toEqual(['t 0 9']);
});

it('keeps chunks that meet amid records of one time', async () => {
  const early = chunk('a', [0, 6], [1]);
  await hold({ ...early, claims: early.claims.map((claim) => ({ ...claim, endTies: 1 })) }, 50, [
    [0, 1],
    [6, 1],
  ]);
  await hold(chunk('b', [6, 12], [1]), 40, [[6, 1]]);
  expect(await expire(30)).toEqual([]);
  expect(await held()).toHaveLength(3);
});

it('deletes nothing that could not be told', async () => {
  await hold(chunk('a', [0, 6], [1]), 40, [[0, 1]]);
  await expect(expire(30, () => Promise.reject(new Error('the bus is away')))).rejects.toThrow(
    'the bus is away',
  );
  expect(await held()).toEqual(['a 0 1']);
  expect(await claimed()).toEqual(['a']);
});

it('says which ids are used up', async () => {
  await hold(chunk('a', [0, 6], [1]), 40, [[0, 1]]);
  await hold(chunk('b', [6, 12], [1]), 1, [[6, 1]]);
  await expire(30);
  const expired = await withPlanLock(storage, DATASET, 'trades', (transaction) =>
    transaction.readExpired(['a', 'b', 'unknown']),
  );
  expect([...expired]).toEqual(['a']);
});

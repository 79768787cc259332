import { expect, it } from '@jest/globals';
import { chunkOf, eventOf, savePlan } from '../jobs/job-fixture.js';
import { projectEvent } from '../jobs/project-event.js';
import { readJob } from '../jobs/read-jobs.js';
import { settleChunk } from '../jobs/settle-chunk.js';
import { EVERY_INSTRUMENT, withPlanLock } from '../planning/index.js';
import type { ChunkToSave } from '../planning/index.js';
import type { Storage } from '../storage.js';
import { DATASET, DAY, DAY_START, headerOf, trades } from '../test-batches.js';
import { writeBatch } from './write-batch.js';
import { writeQuarantine } from './write-quarantine.js';
import { eachWithStorage } from '../test-storage.js';

let storage: Storage;

eachWithStorage(4, (opened) => (storage = opened));

const HOUR = DAY / 24n;

/** A chunk that claims `[from, to)` hours of 2024-07-01. */
function chunk(
  chunkId: string,
  [from, to]: readonly [number, number],
  instruments: readonly number[],
  replaces?: string,
): ChunkToSave {
  const plain = chunkOf(chunkId, instruments);
  const range = { start: DAY_START + BigInt(from) * HOUR, end: DAY_START + BigInt(to) * HOUR };
  return {
    ...plain,
    request: {
      ...plain.request,
      start: String(range.start),
      end: String(range.end),
      ...(replaces !== undefined && { replaces }),
    },
    claims: plain.claims.map((claim) => ({ ...claim, ...range })),
  };
}

interface Row {
  readonly at: bigint;
  readonly instrument?: number;
  readonly price: bigint;
}

/** Writes a batch of the rows. */
async function write(chunkId: string, rows: readonly Row[], sequence = 0): Promise<void> {
  const batch = trades(rows.length);
  rows.forEach(({ at, instrument = 1, price }, row) => {
    batch.column('ts_recv')[row] = at;
    batch.column('instrument_id')[row] = instrument;
    batch.column('price')[row] = price;
  });
  await writeBatch(storage, headerOf(batch, chunkId, sequence), batch);
}

const settle = async (chunkId: string, fetched: number) => {
  await projectEvent(storage, eventOf.chunkFetched('j', chunkId, fetched));
  return settleChunk(storage, chunkId);
};

/** Stores a chunk and completes it. */
async function hold(given: ChunkToSave, rows: readonly Row[]): Promise<void> {
  await savePlan(storage, `job-${given.chunkId}`, [given]);
  await write(given.chunkId, rows);
  await settle(given.chunkId, rows.length);
}

const prices = async (): Promise<string[]> => {
  const { rows } = await storage.pool.query<{ price: string }>(
    'SELECT price FROM trades ORDER BY price',
  );
  return rows.map((row) => row.price);
};

/** Claims in hours of the day, with ties. */
async function claims(): Promise<string[]> {
  const { rows } = await storage.pool.query<Record<string, string>>(
    'SELECT chunk_id, instrument_id, start_ns, end_ns, end_ties FROM coverage ORDER BY 2, 3, 1',
  );
  const hour = (ns: string | undefined) => String((BigInt(ns!) - DAY_START) / HOUR);
  return rows.map(
    (row) =>
      `${row['chunk_id']} ${row['instrument_id']} ${hour(row['start_ns'])}-${hour(row['end_ns'])}` +
      (row['end_ties'] === '0' ? '' : ` +${row['end_ties']}`),
  );
}

const at = (hour: number): bigint => DAY_START + BigInt(hour) * HOUR;

it('shows the old rows until the chunk is complete, and then the new ones', async () => {
  await hold(chunk('old', [0, 24], [1]), [
    { at: at(0), price: 1n },
    { at: at(10) - 1n, price: 2n },
    { at: at(10), price: 3n },
    { at: at(12) - 1n, price: 4n },
    { at: at(12), price: 5n },
  ]);
  await savePlan(storage, 'again', [chunk('new', [10, 12], [1], 'change')]);
  await write('new', [{ at: at(11), price: 100n }]);
  await write('new', [{ at: at(11), price: 101n }], 1);
  expect(await prices()).toEqual(['1', '2', '3', '4', '5']);

  // A batch that comes again changes nothing, before and after.
  await write('new', [{ at: at(11), price: 100n }]);
  expect((await settle('new', 2)).completedChunk).toMatchObject({ stored: 2 });
  expect(await prices()).toEqual(['1', '2', '5', '100', '101']);
  await write('new', [{ at: at(11), price: 100n }]);
  await settle('new', 2);
  expect(await prices()).toEqual(['1', '2', '5', '100', '101']);

  expect(await claims()).toEqual(['old 1 0-10', 'new 1 10-12', 'old 1 12-24']);
  expect(await readJob(storage, 'again')).toMatchObject({ stored: 2, replaced: 2 });
  const { rows } = await storage.pool.query("SELECT FROM pg_tables WHERE schemaname = 'staging'");
  expect(rows).toHaveLength(0);
});

it('leaves the other instruments alone', async () => {
  await hold(chunk('old', [0, 24], [1, 2]), [
    { at: at(1), price: 1n },
    { at: at(1), price: 2n, instrument: 2 },
  ]);
  await hold(chunk('new', [0, 24], [1], 'change'), [{ at: at(1), price: 10n }]);
  expect(await prices()).toEqual(['2', '10']);
  expect(await claims()).toEqual(['new 1 0-24', 'old 2 0-24']);
});

it('leaves what is held of all instruments but one, and then all of them', async () => {
  await hold(chunk('every', [0, 24], [EVERY_INSTRUMENT]), [
    { at: at(1), price: 1n },
    { at: at(1), price: 2n, instrument: 2 },
  ]);
  await hold(chunk('one', [0, 12], [1], 'change'), [{ at: at(1), price: 10n }]);
  expect(await prices()).toEqual(['2', '10']);
  expect(await claims()).toEqual(['every -1 0-24', 'one 1 0-12']);
  await hold(chunk('all', [0, 24], [EVERY_INSTRUMENT], 'change'), [{ at: at(1), price: 20n }]);
  expect(await prices()).toEqual(['20']);
  expect(await claims()).toEqual(['all -1 0-24']);
});

it('replaces records at the very end of a limited claim only if it reaches there', async () => {
  await hold(chunk('old', [0, 10], [1]), [
    { at: at(5), price: 1n },
    { at: at(10), price: 2n },
  ]);
  await storage.pool.query('UPDATE coverage SET end_ties = 1');
  await hold(chunk('first', [0, 10], [1], 'change'), [{ at: at(5), price: 10n }]);
  expect(await prices()).toEqual(['2', '10']);
  expect(await claims()).toEqual(['first 1 0-10', 'old 1 10-10 +1']);
  await hold(chunk('second', [10, 11], [1], 'change'), [{ at: at(10), price: 20n }]);
  expect(await prices()).toEqual(['10', '20']);
  expect(await claims()).toEqual(['first 1 0-10', 'second 1 10-11']);
});

it('takes refused records of the range out of what is open', async () => {
  const old = chunk('old', [0, 24], [1]);
  await savePlan(storage, 'job-old', [old]);
  const refused = trades(2, at(5));
  refused.column('ts_recv')[1] = at(20);
  const header = headerOf(refused, 'old', 0, { part: 'quarantined.0', quarantined: 2, fetched: 2 });
  await writeQuarantine(storage, header, refused, ['r', 'r'], ['x', 'y']);
  await settle('old', 2);
  await hold(chunk('new', [0, 12], [1], 'change'), [{ at: at(5), price: 1n }]);
  const { rows } = await storage.pool.query<{ ordinal: string; state: string }>(
    'SELECT ordinal, state FROM quarantine ORDER BY ordinal',
  );
  expect(rows).toEqual([
    { ordinal: '0', state: 'superseded' },
    { ordinal: '1', state: 'open' },
  ]);
});

it('gives a chunk that failed and is tried again its batches back', async () => {
  await hold(chunk('old', [0, 24], [1]), [{ at: at(1), price: 1n }]);
  const replacement = chunk('new', [0, 24], [1], 'change');
  await savePlan(storage, 'again', [replacement]);
  await write('new', [{ at: at(2), price: 10n }]);
  await projectEvent(storage, eventOf.failed('again'));
  expect(await prices()).toEqual(['1']);

  await savePlan(storage, 'again', [replacement]);
  await storage.pool.query("UPDATE chunk SET state = 'planned' WHERE chunk_id = 'new'");
  await write('new', [{ at: at(2), price: 10n }]);
  await write('new', [{ at: at(3), price: 11n }], 1);
  await settle('new', 2);
  expect(await prices()).toEqual(['10', '11']);
});

it('tells planners of it, and when the bytes came', async () => {
  await hold(chunk('old', [0, 24], [1]), [{ at: at(1), price: 1n }]);
  await savePlan(storage, 'again', [chunk('new', [0, 24], [1], 'change')]);
  const coverage = await withPlanLock(storage, DATASET, 'trades', (transaction) =>
    transaction.readCoverage(DATASET, 'trades', [1], { start: DAY_START, end: DAY_START + DAY }),
  );
  const { rows } = await storage.pool.query<{ day: string }>(
    "SELECT (fetched_at AT TIME ZONE 'UTC')::date::text AS day FROM chunk WHERE chunk_id = 'old'",
  );
  const told = new Map(coverage.map((claim) => [claim.chunkId, claim]));
  expect(told.get('old')).toMatchObject({ isReplacement: false, bought: rows[0]?.day });
  expect(told.get('new')).toMatchObject({ isReplacement: true, bought: null });
});

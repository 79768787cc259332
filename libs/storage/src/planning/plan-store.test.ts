import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase } from '@tapeline/testing';
import type { TestDatabase } from '@tapeline/testing';
import { chunkOf, COMMAND, eventOf, savePlan } from '../jobs/job-fixture.js';
import { projectEvent } from '../jobs/project-event.js';
import { settleChunk } from '../jobs/settle-chunk.js';
import { migrate } from '../schema/migrate.js';
import { Storage } from '../storage.js';
import { DATASET, DAY, DAY_START } from '../test-batches.js';
import { EVERY_INSTRUMENT, readPlan, reviveChunks, withPlanLock } from './index.js';
import type { ChunkToSave, SymbologyInterval } from './index.js';

let database: TestDatabase;
let storage: Storage;

beforeAll(async () => {
  database = await testDatabase();
  await migrate(database.url);
  storage = Storage.open({ url: database.url, connections: 8 });
});
beforeEach(async () => {
  await storage.pool.query('TRUNCATE job, job_chunk, chunk, coverage, symbology');
});
afterAll(async () => {
  await storage.close();
  await database.drop();
});

const JOB = { jobId: 'j', command: COMMAND, dataset: DATASET, schema: 'trades' };
const RANGE = { start: DAY_START, end: DAY_START + DAY };

/** A chunk of one instrument with one claim. */
const claiming = (
  chunkId: string,
  instrumentId: number,
  start: bigint,
  end: bigint,
): ChunkToSave => ({
  ...chunkOf(chunkId),
  claims: [{ instrumentId, start, end }],
});

const coverage = (instruments: readonly number[], range = RANGE) =>
  withPlanLock(storage, DATASET, 'trades', (transaction) =>
    transaction.readCoverage(DATASET, 'trades', instruments, range),
  );

const idsOf = (claims: readonly { chunkId: string }[]): string[] =>
  claims.map((claim) => claim.chunkId).toSorted();

describe('planners at once', () => {
  it('never claim the same range', async () => {
    const plan = (jobId: string) =>
      withPlanLock(storage, DATASET, 'trades', async (transaction) => {
        const held = await transaction.readCoverage(DATASET, 'trades', [1, 2, 3], RANGE);
        // Without the lock every planner would have read by now that all is free.
        await new Promise(setImmediate);
        const free = [1, 2, 3].filter((id) => !held.some((claim) => claim.instrumentId === id));
        const mine = free.slice(0, 1);
        const chunks = mine.map((id) => claiming(`${jobId}-${id}`, id, RANGE.start, RANGE.end));
        await transaction.savePlan({ ...JOB, jobId }, chunks, idsOf(held));
        return mine;
      });
    const claimed = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(plan));
    expect(claimed.flat().toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    const covered = (await coverage([1, 2, 3])).map((claim) => claim.instrumentId);
    expect(new Set(covered)).toEqual(new Set([1, 2, 3]));
    expect(covered).toHaveLength(3);
  });

  it('of other schemas do not wait for each other', async () => {
    const both = await withPlanLock(storage, DATASET, 'trades', () =>
      withPlanLock(storage, DATASET, 'tbbo', () => Promise.resolve('both')),
    );
    expect(both).toBe('both');
  });

  it('leave nothing behind if one cannot finish', async () => {
    const failing = withPlanLock(storage, DATASET, 'trades', async (transaction) => {
      await transaction.savePlan(JOB, [chunkOf('c')], []);
      throw new Error('the vendor is away');
    });
    await expect(failing).rejects.toThrow('the vendor is away');
    expect(await coverage([1])).toEqual([]);
    expect(await readPlan(storage, 'j')).toBeUndefined();
  });
});

describe('coverage', () => {
  const at = (hour: number): bigint => DAY_START + BigInt(hour) * 3_600_000_000_000n;

  it('is what overlaps a range, or ends where it starts', async () => {
    await savePlan(storage, 'j', [
      claiming('before', 1, at(0), at(5)),
      claiming('ends', 1, at(5), at(6)),
      claiming('within', 1, at(7), at(8)),
      claiming('around', 1, at(0), at(24)),
      claiming('starts', 1, at(12), at(13)),
      claiming('other', 2, at(6), at(12)),
    ]);
    const range = { start: at(6), end: at(12) };
    expect(idsOf(await coverage([1], range))).toEqual(['around', 'ends', 'within']);
    expect(idsOf(await coverage([1, 2], range))).toEqual(['around', 'ends', 'other', 'within']);
    expect(await coverage([3], range)).toEqual([]);
  });

  it('of every instrument concerns each, and that of each concerns every', async () => {
    await savePlan(storage, 'j', [
      claiming('every', EVERY_INSTRUMENT, at(0), at(6)),
      claiming('one', 4_294_967_295, at(6), at(12)),
    ]);
    expect(idsOf(await coverage([7]))).toEqual(['every']);
    expect(idsOf(await coverage([EVERY_INSTRUMENT]))).toEqual(['every', 'one']);
    expect(idsOf(await coverage([4_294_967_295]))).toEqual(['every', 'one']);
  });

  it('of other datasets and schemas does not count', async () => {
    await savePlan(storage, 'j', [chunkOf('c')]);
    const others = await withPlanLock(storage, DATASET, 'trades', async (transaction) => [
      ...(await transaction.readCoverage('XNAS.ITCH', 'trades', [1], RANGE)),
      ...(await transaction.readCoverage(DATASET, 'tbbo', [1], RANGE)),
    ]);
    expect(others).toEqual([]);
  });

  it('is exact to the nanosecond and says what is known of its chunk', async () => {
    const limited = chunkOf('limited', [5]);
    const file = chunkOf('file', [6]);
    await savePlan(storage, 'j', [
      claiming('plain', 4, DAY_START + 1n, DAY_START + 3n),
      { ...limited, request: { ...limited.request, limit: 10 } },
      { ...file, request: { ...file.request, source: 'file', file_sha256: 'f' } },
    ]);
    const truncated = { at: String(DAY_START + 7n), ties: { 5: 2 } };
    await projectEvent(storage, eventOf.chunkFetched('j', 'limited', 10, { truncated }));
    const byId = (await coverage([4, 5, 6])).toSorted((a, b) => a.instrumentId - b.instrumentId);
    expect(byId).toEqual([
      {
        instrumentId: 4,
        start: DAY_START + 1n,
        end: DAY_START + 3n,
        endTies: 0,
        chunkId: 'plain',
        chunkState: 'planned',
        isReplacement: false,
        bought: null,
        mayStopEarly: false,
      },
      {
        instrumentId: 5,
        start: DAY_START,
        end: DAY_START + 7n,
        endTies: 2,
        chunkId: 'limited',
        chunkState: 'fetched',
        isReplacement: false,
        bought: expect.any(String),
        mayStopEarly: true,
      },
      {
        instrumentId: 6,
        start: DAY_START,
        end: DAY_START + DAY,
        endTies: 0,
        chunkId: 'file',
        chunkState: 'planned',
        isReplacement: false,
        bought: null,
        mayStopEarly: true,
      },
    ]);
  });
});

describe('a plan', () => {
  it('is read in order of time, with the request as it was saved', async () => {
    const later = chunkOf('a-later');
    const start = String(DAY_START + DAY);
    const own = { ...later, request: { ...later.request, start }, expected: null };
    await savePlan(storage, 'other', [chunkOf('z-shared')]);
    await savePlan(storage, 'j', [own], ['z-shared']);
    expect(await readPlan(storage, 'j')).toEqual([
      {
        chunkId: 'z-shared',
        request: chunkOf('z-shared').request,
        state: 'planned',
        expected: 10,
        shared: true,
      },
      { chunkId: 'a-later', request: own.request, state: 'planned', expected: null, shared: false },
    ]);
    expect(await readPlan(storage, 'none')).toBeUndefined();
  });

  it('saved again changes nothing', async () => {
    await savePlan(storage, 'j', [chunkOf('c', [1, 2])]);
    const before = [await coverage([1, 2]), await readPlan(storage, 'j')];
    await savePlan(storage, 'j', [chunkOf('c', [1, 2])], ['c']);
    expect([await coverage([1, 2]), await readPlan(storage, 'j')]).toEqual(before);
  });

  // A limited look at what was held already brought nothing, so that its claim was dropped.
  it('adds no claim to a chunk that is known: it will not be fetched again', async () => {
    const claim = { instrumentId: 1, start: DAY_START + 100n, end: DAY_START + DAY };
    const chunk = { ...chunkOf('c'), claims: [claim] };
    await savePlan(storage, 'first', [chunk]);
    const truncated = { at: String(DAY_START + 50n), ties: {} };
    await projectEvent(storage, eventOf.chunkFetched('first', 'c', 0, { skipped: 9, truncated }));
    expect((await settleChunk(storage, 'c')).completedJobs).toMatchObject([
      { jobId: 'first', reason: 'already_held' },
    ]);
    expect(await coverage([1])).toEqual([]);

    await savePlan(storage, 'second', [chunk]);
    expect(await coverage([1])).toEqual([]);
    expect(await readPlan(storage, 'second')).toMatchObject([{ chunkId: 'c', state: 'complete' }]);
  });
});

describe('a chunk that failed', () => {
  const links = async () =>
    (
      await storage.pool.query<{ job_id: string; shared: boolean }>(
        'SELECT job_id, shared FROM job_chunk ORDER BY job_id',
      )
    ).rows;

  it('is taken over by the job that comes next, and by that one alone', async () => {
    await savePlan(storage, 'j', [chunkOf('c'), chunkOf('done')]);
    await savePlan(storage, 'k', [], ['c']);
    await projectEvent(storage, eventOf.chunkFetched('j', 'done', 0));
    await projectEvent(storage, eventOf.failed('j'));
    await Promise.all([reviveChunks(storage, 'k'), reviveChunks(storage, 'k')]);
    expect(await readPlan(storage, 'k')).toMatchObject([
      { chunkId: 'c', state: 'planned', shared: false },
    ]);
    expect(await readPlan(storage, 'j')).toMatchObject([
      { chunkId: 'c', state: 'planned', shared: true },
      { chunkId: 'done', state: 'fetched', shared: false },
    ]);
    await reviveChunks(storage, 'j');
    expect((await links()).filter(({ shared }) => !shared)).toHaveLength(2);
  });

  it('has one owner even if all its jobs come again at once', async () => {
    await savePlan(storage, 'a', [chunkOf('c')]);
    for (const jobId of ['b', 'd', 'e']) await savePlan(storage, jobId, [], ['c']);
    await projectEvent(storage, eventOf.failed('a'));
    await Promise.all(['a', 'b', 'd', 'e'].map((jobId) => reviveChunks(storage, jobId)));
    expect((await links()).filter(({ shared }) => !shared)).toHaveLength(1);
  });

  it('is none of a job that has nothing to do with it', async () => {
    await savePlan(storage, 'j', [chunkOf('c')]);
    await savePlan(storage, 'k', [chunkOf('d')]);
    await projectEvent(storage, eventOf.failed('j'));
    await reviveChunks(storage, 'k');
    expect(await readPlan(storage, 'j')).toMatchObject([{ state: 'failed', shared: false }]);
  });
});

describe('symbology', () => {
  const interval = (symbol: string, instrumentId: number, d0: string, d1: string) =>
    ({ stypeIn: 'raw_symbol', symbol, instrumentId, d0, d1 }) satisfies SymbologyInterval;

  const save = (intervals: readonly SymbologyInterval[], schema = 'trades') =>
    withPlanLock(storage, DATASET, schema, (transaction) =>
      transaction.saveSymbology(DATASET, intervals),
    );

  const saved = async () =>
    (
      await storage.pool.query<Record<string, string>>(
        `SELECT symbol, instrument_id::int AS id, d0::text, d1::text
           FROM symbology ORDER BY symbol, id, d0`,
      )
    ).rows;

  it('keeps the later end of an interval, whichever comes first', async () => {
    await save([interval('ESU4', 1, '2024-07-01', '2024-07-05')]);
    await save([
      interval('ESU4', 1, '2024-07-01', '2024-07-03'),
      interval('ESZ4', 2, '2024-07-01', '2024-07-02'),
      interval('ESZ4', 2, '2024-07-01', '2024-07-09'),
    ]);
    await save([interval('ESU4', 1, '2024-07-01', '2024-07-04')]);
    expect(await saved()).toEqual([
      { symbol: 'ESU4', id: 1, d0: '2024-07-01', d1: '2024-07-05' },
      { symbol: 'ESZ4', id: 2, d0: '2024-07-01', d1: '2024-07-09' },
    ]);
  });

  it('keeps a symbol that meant another instrument later', async () => {
    await save([
      interval('ES.c.0', 1, '2024-07-01', '2024-09-01'),
      interval('ES.c.0', 2, '2024-09-01', '2024-12-01'),
    ]);
    expect(await saved()).toHaveLength(2);
  });

  it('is saved for any number of symbols, by planners of several schemas at once', async () => {
    const many = Array.from({ length: 12_000 }, (_, id) =>
      interval(`S${id}`, id, '2024-07-01', '2024-07-02'),
    );
    await Promise.all([
      save(many),
      save(many.toReversed(), 'tbbo'),
      save([...many.slice(6000), ...many.slice(0, 6000)], 'mbp-1'),
    ]);
    expect(await saved()).toHaveLength(12_000);
  });
});

import { expect, it } from '@jest/globals';
import type { Storage } from '../storage.js';
import { trades, headerOf } from '../test-batches.js';
import { approveJob } from '../spend/approval.js';
import { writeBatch } from '../write/write-batch.js';
import { writeQuarantine } from '../write/write-quarantine.js';
import { chunkOf, eventOf, savePlan, store } from './job-fixture.js';
import { projectEvent } from './project-event.js';
import { readAccepted, settleChunk, settleJob } from './settle-chunk.js';
import { eachWithStorage } from '../test-storage.js';

let storage: Storage;

eachWithStorage(8, (opened) => (storage = opened));

const project = (event: Parameters<typeof projectEvent>[1]) => projectEvent(storage, event);

const NOTHING = { heldBack: null, completedChunk: null, completedJobs: [] };

it('completes a chunk and its job when, and only when, every record is accounted for', async () => {
  await savePlan(storage, 'j', [chunkOf('c')]);
  await project(eventOf.planned('j'));
  await store(storage, 'c', 0, 5, 1);
  // Fetched is not known yet: what is stored so far may be all of it or not.
  expect(await settleChunk(storage, 'c')).toEqual(NOTHING);

  await project(eventOf.chunkFetched('j', 'c', 11));
  expect(await settleChunk(storage, 'c')).toEqual(NOTHING);

  await store(storage, 'c', 1, 3);
  expect(await settleChunk(storage, 'c')).toEqual(NOTHING);

  const refused = trades(2);
  const header = { part: 'quarantined.0', quarantined: 2, fetched: 2 };
  await writeQuarantine(
    storage,
    headerOf(refused, 'c', 2, header),
    refused,
    ['r', 'r'],
    ['x', 'y'],
  );
  const totals = { fetched: 11, stored: 8, quarantined: 2, filtered: 1 };
  const completedJobs = [{ jobId: 'j', totals, reason: null, message: null }];
  expect(await settleChunk(storage, 'c')).toEqual({
    ...NOTHING,
    completedChunk: totals,
    completedJobs,
  });

  // The job is told again until its completion is projected, the chunk where it is asked for.
  expect(await settleChunk(storage, 'c')).toEqual({ ...NOTHING, completedJobs });
  await project(eventOf.completed('j', { totals }));
  expect(await settleChunk(storage, 'c')).toEqual(NOTHING);
  expect(await settleChunk(storage, 'c', { again: true })).toEqual({
    ...NOTHING,
    completedChunk: totals,
    completedJobs: [],
  });
});

it('is completed by exactly one of several writers that finish at once', async () => {
  for (let round = 0; round < 10; round++) {
    const chunk = `c${round}`;
    await savePlan(storage, `j${round}`, [chunkOf(chunk)]);
    const settlements = await Promise.all([
      ...[0, 1, 2, 3].map(async (sequence) => {
        await store(storage, chunk, sequence, 10);
        return settleChunk(storage, chunk);
      }),
      (async () => {
        await project(eventOf.chunkFetched(`j${round}`, chunk, 40));
        return settleChunk(storage, chunk);
      })(),
    ]);
    expect(settlements.filter(({ completedChunk }) => completedChunk !== null)).toHaveLength(1);
    expect(settlements.some(({ completedJobs }) => completedJobs.length === 1)).toBe(true);
  }
});

it('completes a job with the last of its chunks, and every job that shares it', async () => {
  await savePlan(storage, 'first', [chunkOf('a'), chunkOf('b')]);
  await savePlan(storage, 'second', [chunkOf('d')], ['b']);
  await store(storage, 'a', 0, 1);
  await project(eventOf.chunkFetched('first', 'a', 1));
  expect((await settleChunk(storage, 'a')).completedJobs).toEqual([]);
  await store(storage, 'd', 0, 4);
  await project(eventOf.chunkFetched('second', 'd', 4));
  expect((await settleChunk(storage, 'd')).completedJobs).toEqual([]);

  await store(storage, 'b', 0, 2);
  await project(eventOf.chunkFetched('first', 'b', 2));
  const { completedJobs } = await settleChunk(storage, 'b');
  expect(completedJobs.map(({ jobId, totals }) => [jobId, totals.fetched, totals.stored])).toEqual([
    ['first', 3, 3],
    ['second', 6, 6],
  ]);
});

it('does not complete a chunk that counts more than was fetched', async () => {
  await savePlan(storage, 'j', [chunkOf('c')]);
  await store(storage, 'c', 0, 5);
  await project(eventOf.chunkFetched('j', 'c', 4));
  expect(await settleChunk(storage, 'c')).toEqual(NOTHING);
});

it('completes a chunk without records, and says why the job has none', async () => {
  await savePlan(storage, 'j', [chunkOf('c')]);
  await project(eventOf.chunkFetched('j', 'c', 0, { batches: 0 }));
  expect((await settleChunk(storage, 'c')).completedJobs).toMatchObject([
    { jobId: 'j', reason: 'no_records', message: 'the source has no records in this range' },
  ]);
});

it('says so where all records were held already', async () => {
  await savePlan(storage, 'j', [chunkOf('c')]);
  await project(eventOf.chunkFetched('j', 'c', 0, { batches: 0, skipped: 7 }));
  expect((await settleChunk(storage, 'c')).completedJobs).toMatchObject([
    { jobId: 'j', reason: 'already_held', message: 'all 7 records were held already' },
  ]);
});

it('completes a job without chunks once its plan says why there are none', async () => {
  await savePlan(storage, 'j', []);
  expect(await settleJob(storage, 'j')).toBeUndefined();
  await project(eventOf.accepted('j'));
  expect(await settleJob(storage, 'j')).toBeUndefined();
  await project(eventOf.planned('j', { reason: 'no_session', message: 'closed' }));
  expect(await settleJob(storage, 'j')).toEqual({
    jobId: 'j',
    totals: { fetched: 0, stored: 0, quarantined: 0, filtered: 0 },
    reason: 'no_session',
    message: 'closed',
  });
});

it('does not complete a job that failed before it had chunks', async () => {
  await project(eventOf.accepted('j'));
  await project(eventOf.failed('j'));
  expect(await settleJob(storage, 'j')).toBeUndefined();
});

it('knows nothing of chunks and jobs that are not there', async () => {
  expect(await settleChunk(storage, 'none')).toEqual(NOTHING);
  expect(await settleJob(storage, 'none')).toBeUndefined();
});

it('holds a chunk back of which more is refused than is allowed, until a person accepts that', async () => {
  await savePlan(storage, 'j', [chunkOf('c')]);
  await project(eventOf.planned('j'));
  const batch = trades(18);
  await writeBatch(storage, headerOf(batch, 'c', 0, { quarantined: 2 }), batch);
  const refused = trades(2);
  const part = { part: 'quarantined.0', quarantined: 2, fetched: 20 };
  await writeQuarantine(storage, headerOf(refused, 'c', 0, part), refused, ['r', 'r'], ['x', 'y']);
  await project(eventOf.chunkFetched('j', 'c', 20));
  const limit = { maxRefused: () => 0.0999 };
  const held = await settleChunk(storage, 'c', limit);
  expect(held).toMatchObject({ ...NOTHING, heldBack: { jobIds: ['j'] } });
  expect(held.heldBack?.message).toMatch(
    /^2 of the 20 records of chunk c are refused, more than the 9.99 % that its rules allow/,
  );
  expect(await settleChunk(storage, 'c', limit)).toEqual(NOTHING);
  expect((await settleChunk(storage, 'c', { ...limit, again: true })).heldBack).toEqual(
    held.heldBack,
  );

  const waits = { event: 'awaiting_approval', reason: 'too_many_refused', message: '…' } as const;
  await project({ job_id: 'j', by: 'writer', at: '2100-01-01T00:00:00Z', ...waits });
  expect(await readAccepted(storage, 'j')).toEqual([]);
  expect(await approveJob(storage, 'j')).toMatchObject({ usd: 0 });
  expect(await readAccepted(storage, 'j')).toEqual(['c']);
  await project({
    job_id: 'j',
    by: 'fetcher',
    at: '2100-01-01T00:00:01Z',
    event: 'approved',
    usd: 0,
  });
  const totals = { fetched: 20, stored: 18, quarantined: 2, filtered: 0 };
  expect(await settleChunk(storage, 'c', limit)).toMatchObject({ completedChunk: totals });
});

it('lets a chunk of which just so much is refused as is allowed be complete', async () => {
  await savePlan(storage, 'j', [chunkOf('c')]);
  await store(storage, 'c', 0, 18);
  const refused = trades(2);
  const part = { part: 'quarantined.0', quarantined: 2, fetched: 2 };
  await writeQuarantine(storage, headerOf(refused, 'c', 1, part), refused, ['r', 'r'], ['x', 'y']);
  await project(eventOf.chunkFetched('j', 'c', 20));
  expect(
    (await settleChunk(storage, 'c', { maxRefused: () => 0.1 })).completedChunk,
  ).not.toBeNull();
});

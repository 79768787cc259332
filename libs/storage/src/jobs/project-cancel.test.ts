import { expect, it } from '@jest/globals';
import type { JobEvent } from '@tapeline/contracts';
import { reviveChunks } from '../planning/index.js';
import { readCancellation } from '../spend/approval.js';
import type { Storage } from '../storage.js';
import { eachWithStorage } from '../test-storage.js';
import { chunkOf, eventOf, savePlan, store } from './job-fixture.js';
import { projectEvent } from './project-event.js';
import { readJob } from './read-jobs.js';
import { settleChunk } from './settle-chunk.js';

let storage: Storage;
eachWithStorage(4, (opened) => (storage = opened));

async function project(...events: readonly JobEvent[]): Promise<void> {
  for (const event of events) await projectEvent(storage, event);
}
const stateOf = async (jobId: string) => (await readJob(storage, jobId))?.state;
async function chunkStates(): Promise<Record<string, string>> {
  const { rows } = await storage.pool.query<{ id: string; state: string }>(
    'SELECT chunk_id AS id, state FROM chunk',
  );
  return Object.fromEntries(rows.map(({ id, state }) => [id, state]));
}
const waiting = (jobId: string): JobEvent => ({
  event: 'awaiting_approval',
  job_id: jobId,
  at: new Date().toISOString(),
  by: 'fetcher',
  reason: 'over_job_limit',
  message: 'dear',
});

it('keeps what is complete and in hand, and gives free what is left, but nothing else', async () => {
  await savePlan(storage, 'j', [chunkOf('done'), chunkOf('hand'), chunkOf('left')]);
  await savePlan(storage, 'waits', [], ['left']);
  await savePlan(storage, 'other', [], ['hand']);
  await project(eventOf.accepted('j'), eventOf.planned('j'), eventOf.chunkFetched('j', 'done', 0));
  await settleChunk(storage, 'done');
  await project(eventOf.cancelRequested('j'));
  expect(await readJob(storage, 'j')).toMatchObject({ state: 'cancelling', reason: 'cancelled' });
  // Told in this order, projected in another: what is in hand is not given free.
  const fetched = eventOf.chunkFetched('j', 'hand', 2);
  await project(eventOf.cancelled('j', ['left']), fetched);
  expect(await readJob(storage, 'j')).toMatchObject({
    state: 'cancelled',
    message: 'ended',
    ended_at: expect.any(String),
  });
  expect(await chunkStates()).toEqual({ done: 'complete', hand: 'fetched', left: 'failed' });
  expect(await stateOf('waits')).toBe('failed');
  expect(await stateOf('other')).toBe('accepted');
  // What was in hand becomes complete, and the job stays what it is.
  await store(storage, 'hand', 0, 2);
  expect((await settleChunk(storage, 'hand')).completedJobs.map(({ jobId }) => jobId)).toEqual([
    'other',
  ]);
  expect(await stateOf('j')).toBe('cancelled');
});

it('ends a job at once that has come to wait, whichever is told first', async () => {
  await project(eventOf.accepted('a'), eventOf.accepted('b'));
  await project(waiting('a'), eventOf.cancelRequested('a'));
  await project(eventOf.cancelRequested('b'), waiting('b'));
  expect([await stateOf('a'), await stateOf('b')]).toEqual(['cancelled', 'cancelled']);
});

it('completes a job of which everything was fetched before it could be cancelled', async () => {
  await savePlan(storage, 'j', [chunkOf('c')]);
  await project(eventOf.accepted('j'), eventOf.planned('j'), eventOf.cancelRequested('j'));
  await project(eventOf.chunkFetched('j', 'c', 2));
  await store(storage, 'c', 0, 2);
  const { completedJobs } = await settleChunk(storage, 'c');
  expect(completedJobs).toMatchObject([{ jobId: 'j', totals: { stored: 2 } }]);
  await project(eventOf.completed('j'), eventOf.cancelled('j', []));
  expect(await stateOf('j')).toBe('completed');
});

it('comes to the same in whatever order and however often its events arrive', async () => {
  const events = [
    eventOf.accepted('j'),
    eventOf.planned('j'),
    eventOf.cancelRequested('j'),
    eventOf.cancelled('j', []),
  ];
  const orders = [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [2, 0, 3, 1],
    [1, 3, 0, 2, 3, 2],
  ];
  const found: Record<string, unknown>[] = [];
  for (const order of orders) {
    await storage.pool.query('DELETE FROM job');
    await project(...order.map((index) => events[index]!));
    const { rows } = await storage.pool.query<Record<string, unknown>>('SELECT * FROM job');
    found.push(rows[0]!);
  }
  expect(found[0]).toMatchObject({ state: 'cancelled', reason: 'cancelled', message: 'ended' });
  expect(found).toEqual(orders.map(() => found[0]));
});

it('begins anew with a command sent later, and not with one sent before', async () => {
  await savePlan(storage, 'j', [chunkOf('c')]);
  const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
  const ns = (seconds: number) => BigInt(Date.parse(at(seconds))) * 1_000_000n;
  await project(eventOf.accepted('j'));
  expect(await readCancellation(storage, 'j', ns(0))).toBeUndefined();
  await project(eventOf.cancelRequested('j'));
  expect(await readCancellation(storage, 'j', ns(0))).toBe('asked');
  await project({ ...eventOf.cancelled('j', ['c']), at: at(10) });
  expect(await chunkStates()).toEqual({ c: 'failed' });
  expect(await readCancellation(storage, 'j', ns(0))).toBe('done');
  expect(await readCancellation(storage, 'j', ns(20))).toBeUndefined();
  await reviveChunks(storage, 'j');
  await project({ ...eventOf.accepted('j'), at: at(21) });
  expect(await readJob(storage, 'j')).toMatchObject({ state: 'accepted', ended_at: null });
  expect(await chunkStates()).toEqual({ c: 'planned' });
});

import { expect, it } from '@jest/globals';
import type { Storage } from '../storage.js';
import { DATASET } from '../test-batches.js';
import { chunkOf, COMMAND, eventOf, savePlan, store } from './job-fixture.js';
import { projectEvent } from './project-event.js';
import { readJob, readJobs } from './read-jobs.js';
import { settleChunk } from './settle-chunk.js';
import { eachWithStorage } from '../test-storage.js';

let storage: Storage;

eachWithStorage(4, (opened) => (storage = opened));

const project = (event: Parameters<typeof projectEvent>[1]) => projectEvent(storage, event);

it('sums what was fetched and what became of it, over all chunks', async () => {
  await project(eventOf.accepted('j', { at: '2024-07-01T00:00:00Z' }));
  await savePlan(storage, 'j', [chunkOf('a'), chunkOf('b')]);
  await project(eventOf.planned('j', { not_found: ['XX'] }));
  await store(storage, 'a', 0, 4, 1);
  await store(storage, 'a', 1, 2);
  await project(eventOf.chunkFetched('j', 'a', 7));
  await settleChunk(storage, 'a');
  await store(storage, 'b', 0, 3);
  await project(eventOf.chunkFetched('j', 'b', 5));

  const view = await readJob(storage, 'j');
  expect(view).toEqual({
    job_id: 'j',
    dataset: DATASET,
    schema: 'trades',
    symbols: ['ES.c.0'],
    state: 'running',
    reason: null,
    message: null,
    expected: 20,
    fetched: 12,
    stored: 9,
    quarantined: 0,
    filtered: 1,
    replaced: 0,
    holds: false,
    chunks: { total: 2, complete: 1 },
    not_found: ['XX'],
    partial: [],
    quote: null,
    approved_usd: null,
    spent_usd: 0,
    accepted_at: '2024-07-01T00:00:00.000Z',
    ended_at: null,
    seconds: expect.any(Number),
  });
  await store(storage, 'b', 1, 2);
  await project(eventOf.completed('j', { at: '2024-07-01T00:01:30.5Z' }));
  expect(await readJob(storage, 'j')).toMatchObject({
    state: 'completed',
    stored: 11,
    holds: true,
    seconds: 90.5,
  });
});

it('does not announce a number of records that one chunk does not know', async () => {
  await savePlan(storage, 'j', [chunkOf('a'), { ...chunkOf('b'), expected: null }]);
  expect(await readJob(storage, 'j')).toMatchObject({ expected: null, chunks: { total: 2 } });
});

it('shows jobs without chunks, and what was rejected', async () => {
  await project({
    event: 'rejected',
    job_id: 'r',
    at: '2024-07-01T00:00:00Z',
    by: 'fetcher',
    reason: 'invalid_command',
    message: 'symbols: a symbol is empty',
    command: { symbols: [null, 'ES'] },
  });
  expect(await readJob(storage, 'r')).toMatchObject({
    state: 'rejected',
    symbols: ['ES'],
    expected: null,
    fetched: 0,
    holds: true,
    chunks: { total: 0, complete: 0 },
  });
  await project(eventOf.accepted('f', { command: { file: '/data/x.dbn.zst' } }));
  expect((await readJob(storage, 'f'))!.symbols).toEqual(['/data/x.dbn.zst']);
  expect(await readJob(storage, 'none')).toBeUndefined();
});

it('lists the latest first', async () => {
  for (const day of [2, 1, 3]) {
    await project(
      eventOf.accepted(`j${day}`, { at: `2024-07-0${day}T00:00:00Z`, command: COMMAND }),
    );
  }
  const jobs = await readJobs(storage, { limit: 2 });
  expect(jobs.map((job) => job.job_id)).toEqual(['j3', 'j2']);
});

import { describe, expect, it } from '@jest/globals';
import type { JobEvent } from '@tapeline/contracts';
import { EVERY_INSTRUMENT, reviveChunks } from '../planning/index.js';
import type { Storage } from '../storage.js';
import { DATASET, DAY, DAY_START } from '../test-batches.js';
import { chunkOf, COMMAND, eventOf, savePlan } from './job-fixture.js';
import { projectEvent } from './project-event.js';
import { settleChunk, settleJob } from './settle-chunk.js';
import { eachWithStorage } from '../test-storage.js';

let storage: Storage;

eachWithStorage(4, (opened) => (storage = opened));

async function project(...events: readonly JobEvent[]): Promise<void> {
  for (const event of events) await projectEvent(storage, event);
}

/** Everything that events are folded into. */
async function tables(): Promise<unknown> {
  const read = async (sql: string) => (await storage.pool.query(sql)).rows as unknown[];
  return {
    jobs: await read('SELECT * FROM job ORDER BY job_id'),
    chunks: await read('SELECT * FROM chunk ORDER BY chunk_id'),
    coverage: await read('SELECT * FROM coverage ORDER BY instrument_id, start_ns'),
  };
}

async function job(jobId: string): Promise<Record<string, unknown>> {
  const { rows } = await storage.pool.query<Record<string, unknown>>(
    'SELECT * FROM job WHERE job_id = $1',
    [jobId],
  );
  return rows[0]!;
}

const chunkState = async (chunkId: string): Promise<string> =>
  (
    await storage.pool.query<{ state: string }>('SELECT state FROM chunk WHERE chunk_id = $1', [
      chunkId,
    ])
  ).rows[0]!.state;

it('follows a job from its acceptance to its end', async () => {
  await project(eventOf.accepted('j'));
  expect(await job('j')).toMatchObject({
    state: 'accepted',
    command: COMMAND,
    dataset: DATASET,
    schema: 'trades',
  });
  await savePlan(storage, 'j', [chunkOf('c')]);
  await project(eventOf.planned('j', { not_found: ['XX'], partial: ['ES.c.0'] }));
  expect(await job('j')).toMatchObject({
    state: 'running',
    not_found: ['XX'],
    partial: ['ES.c.0'],
    planned_at: expect.any(Date),
  });
  await project(eventOf.chunkFetched('j', 'c', 7, { batches: 2, skipped: 3, bytes: 336 }));
  const { rows } = await storage.pool.query(
    'SELECT state, fetched, batches, skipped, bytes FROM chunk',
  );
  expect(rows).toEqual([
    { state: 'fetched', fetched: '7', batches: 2, skipped: '3', bytes: '336' },
  ]);
  const at = '2024-07-02T00:00:00.123Z';
  await project(eventOf.completed('j', { at }));
  expect(await job('j')).toMatchObject({
    state: 'completed',
    reason: null,
    ended_at: new Date(at),
  });
});

it('keeps why a command was refused', async () => {
  const refusal: JobEvent = {
    event: 'rejected',
    job_id: 'j',
    at: '2024-07-01T00:00:00Z',
    by: 'fetcher',
    reason: 'invalid_command',
    message: 'the command is no JSON',
    command: '{"dataset": ',
  };
  await project(refusal, refusal);
  expect(await job('j')).toMatchObject({
    state: 'rejected',
    reason: 'invalid_command',
    message: 'the command is no JSON',
    command: '{"dataset": ',
  });
});

it('keeps commands and reasons with characters that a database has no room for', async () => {
  const rejected: JobEvent = {
    event: 'rejected',
    job_id: 'j',
    at: '2024-07-01T00:00:00Z',
    by: 'fetcher',
    reason: 'invalid_command',
    message: "start: '\0' is not a time",
    command: { start: '\0', '\ud800': ['\udc00 \\u0000 \u001f 😀'] },
  };
  await project(rejected, eventOf.failed('k', { message: '\ud83d\0' }));
  expect(await job('j')).toMatchObject({
    message: "start: '\ufffd' is not a time",
    command: { start: '\ufffd', '\ufffd': ['\ufffd \\u0000 \u001f 😀'] },
  });
  expect(await job('k')).toMatchObject({ message: '\ufffd\ufffd' });
});

it('keeps a refusal of which the command is missing', async () => {
  await project({
    event: 'rejected',
    job_id: 'j',
    at: '2024-07-01T00:00:00Z',
    by: 'fetcher',
    reason: 'invalid_command',
    message: 'm',
    command: undefined,
  });
  expect(await job('j')).toMatchObject({ state: 'rejected', command: null });
});

it('goes on with a command that was mended, even if its plan overtakes its acceptance', async () => {
  const refusal: JobEvent = {
    event: 'rejected',
    job_id: 'j',
    at: '2024-07-01T00:00:00Z',
    by: 'fetcher',
    reason: 'invalid_command',
    message: 'end is exclusive',
    command: {},
  };
  const acceptance = eventOf.accepted('j');
  await project(refusal, eventOf.planned('j', { reason: 'no_session', message: 'closed' }));
  await project(acceptance, refusal);
  expect(await job('j')).toMatchObject({ state: 'running', reason: 'no_session', ended_at: null });
  expect(await settleJob(storage, 'j')).toMatchObject({ reason: 'no_session' });
});

it('is changed by no event that comes again', async () => {
  await savePlan(storage, 'j', [chunkOf('c', [1, 2])]);
  await savePlan(storage, 'k', [chunkOf('d')]);
  const events = [
    eventOf.accepted('j'),
    eventOf.planned('j', { not_found: ['XX'] }),
    eventOf.chunkFetched('j', 'c', 5, {
      truncated: { at: String(DAY_START + 5n), ties: { 1: 2 } },
    }),
    eventOf.accepted('k'),
    eventOf.planned('k'),
    eventOf.failed('k'),
    eventOf.completed('j'),
  ];
  await project(...events);
  const once = await tables();
  for (const event of events) {
    await project(event);
    expect(await tables()).toEqual(once);
  }
  await project(...events.toReversed());
  expect(await tables()).toEqual(once);
});

it('comes to the same state in whatever order the events of a job arrive', async () => {
  const events = [
    eventOf.accepted('j', { at: '2024-07-01T00:00:00Z' }),
    eventOf.planned('j', { at: '2024-07-01T00:00:01Z', reason: 'no_session', message: 'closed' }),
    eventOf.completed('j', { at: '2024-07-01T00:00:02Z', reason: 'no_session', message: 'closed' }),
  ];
  await project(...events);
  const inOrder = await tables();
  for (const order of [
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ]) {
    await storage.pool.query('DELETE FROM job');
    await project(...order.map((index) => events[index]!));
    expect(await tables()).toEqual(inOrder);
  }
});

it('keeps which symbols were not found when a fetcher goes on with the plan', async () => {
  await project(eventOf.accepted('j'), eventOf.planned('j', { not_found: ['XX'], partial: ['Y'] }));
  await project(eventOf.planned('j'));
  expect(await job('j')).toMatchObject({ not_found: ['XX'], partial: ['Y'] });
});

describe('a chunk whose source stopped at its limit', () => {
  const at = DAY_START + 5_000n;
  const coverage = async () =>
    (
      await storage.pool.query<Record<string, string>>(
        'SELECT instrument_id, start_ns, end_ns, end_ties FROM coverage ORDER BY instrument_id',
      )
    ).rows;
  const row = (id: number, start: bigint, end: bigint, ties: number) => ({
    instrument_id: String(id),
    start_ns: String(start),
    end_ns: String(end),
    end_ties: String(ties),
  });

  it('covers each instrument up to there, and counts the records at that very time', async () => {
    const chunk = chunkOf('c', [1, 2]);
    const later = { instrumentId: 3, start: at + 1n, end: DAY_START + DAY };
    await savePlan(storage, 'j', [{ ...chunk, claims: [...chunk.claims, later] }]);
    await project(
      eventOf.chunkFetched('j', 'c', 9, { truncated: { at: String(at), ties: { 2: 4 } } }),
    );
    expect(await coverage()).toEqual([row(1, DAY_START, at, 0), row(2, DAY_START, at, 4)]);
  });

  it('does so where it claims every instrument', async () => {
    await savePlan(storage, 'j', [chunkOf('c', [EVERY_INSTRUMENT])]);
    const event = eventOf.chunkFetched('j', 'c', 9, {
      truncated: { at: String(at), ties: { 7: 2, 8: 1 } },
    });
    await project(event, event);
    expect(await coverage()).toEqual([
      row(EVERY_INSTRUMENT, DAY_START, at, 0),
      row(7, at, at, 2),
      row(8, at, at, 1),
    ]);
  });
});

describe('a job that fails', () => {
  it('gives free what it had not fetched, and leaves what it had', async () => {
    await savePlan(storage, 'j', [chunkOf('done'), chunkOf('fetched'), chunkOf('open')]);
    await project(eventOf.chunkFetched('j', 'done', 0), eventOf.chunkFetched('j', 'fetched', 3));
    await settleChunk(storage, 'done');
    await project(eventOf.failed('j'));
    expect(await job('j')).toMatchObject({ state: 'failed', reason: 'upstream_refused' });
    expect(await Promise.all(['done', 'fetched', 'open'].map(chunkState))).toEqual([
      'complete',
      'fetched',
      'failed',
    ]);
  });

  it('because of a dead letter frees the chunk of that batch', async () => {
    await savePlan(storage, 'j', [chunkOf('a'), chunkOf('b')]);
    await project(eventOf.chunkFetched('j', 'a', 3), eventOf.chunkFetched('j', 'b', 3));
    await project(eventOf.failed('j', { reason: 'dead_letter', batch_id: 'a.0' }));
    expect([await chunkState('a'), await chunkState('b')]).toEqual(['failed', 'fetched']);
  });

  it('fails the jobs that waited for it', async () => {
    await savePlan(storage, 'j', [chunkOf('c')]);
    await savePlan(storage, 'waits', [], ['c']);
    await savePlan(storage, 'other', [chunkOf('d')]);
    await project(eventOf.planned('waits'), eventOf.failed('j'));
    expect(await job('waits')).toMatchObject({
      state: 'failed',
      reason: 'upstream_refused',
      message: 'it waited for records that job j was to fetch: no',
    });
    expect((await job('other'))['state']).toBe('accepted');
  });

  it('starts anew when its command comes again, and an old failure does not end it', async () => {
    await savePlan(storage, 'j', [chunkOf('c')]);
    const { rows } = await storage.pool.query<{ at: string }>(
      'SELECT to_json(clock_timestamp()) AS at',
    );
    const failure = eventOf.failed('j', rows[0]);
    await project(eventOf.accepted('j'), eventOf.planned('j'), failure);
    await reviveChunks(storage, 'j');
    await project(eventOf.accepted('j'));
    expect(await job('j')).toMatchObject({
      state: 'accepted',
      reason: null,
      message: null,
      ended_at: null,
    });
    // What has been revived since is not given free again by the failure before.
    await project(eventOf.planned('j'), failure);
    expect(await job('j')).toMatchObject({ state: 'running', ended_at: null });
    expect(await chunkState('c')).toBe('planned');
  });

  it('goes on with its next plan even if the second acceptance was dropped as a repeat', async () => {
    await project(eventOf.accepted('j'), eventOf.failed('j'));
    await project(eventOf.planned('j', { reason: 'no_session', message: 'closed' }));
    expect(await job('j')).toMatchObject({ state: 'running', reason: 'no_session' });
  });

  it('stays completed if it was so before', async () => {
    await project(eventOf.accepted('j'), eventOf.completed('j'), eventOf.failed('j'));
    expect((await job('j'))['state']).toBe('completed');
  });
});

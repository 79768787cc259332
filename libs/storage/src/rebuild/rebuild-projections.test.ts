import { expect, it } from '@jest/globals';
import { MAX_PAYLOAD_BYTES } from '@tapeline/contracts';
import { expireChunks } from '../retention/expire-chunks.js';
import { DATASET } from '../test-batches.js';
import { eventOf } from '../jobs/job-fixture.js';
import { liveThrough } from './live-through.js';
import { chunkWith, ESU4, RebuildWorld } from './rebuild-fixture.js';
import { isDifferent } from './rebuild-projections.js';

const world = new RebuildWorld();
const { rebuild, snapshot, truncate } = world;

it('rebuilds every row as it was, and finds nothing to change in what is whole', async () => {
  await liveThrough(world.storage, world.live);
  const before = await snapshot();
  // Otherwise the comparison would prove little.
  const states = (before['chunk'] as { state: string; given_up: boolean }[]).map(
    (row) => `${row.state}${row.given_up ? ' given up' : ''}`,
  );
  expect(states.join(', ')).toBe(
    'complete given up, complete, planned, complete, complete, complete, planned, held_back',
  );
  const whole = await rebuild({ dryRun: true });
  expect(whole.tables.filter(isDifferent)).toEqual([]);
  expect([whole.applied, whole.problems]).toEqual([false, []]);

  await truncate();
  const report = await rebuild();
  expect(report.applied).toBe(true);
  expect(await snapshot()).toEqual(before);
  expect((await rebuild()).applied).toBe(false);
});

it('knows which records have expired', async () => {
  const { storage, live } = world;
  await liveThrough(storage, live);
  const claims = (await snapshot())['coverage']!.length;
  const anyAge = 1e-9;
  const expired: string[] = [];
  for await (const { chunkId } of expireChunks(storage, anyAge, async ({ jobId, ...chunk }) => {
    const { chunkId: chunk_id, rows } = chunk;
    await live.tell({ ...live.stamp(jobId), event: 'chunk_expired', chunk_id, rows });
  })) {
    expired.push(chunkId);
  }
  expect(expired).toEqual(['n']);
  const before = await snapshot();
  expect(before['coverage']!.length).toBeLessThan(claims);
  await truncate();
  await rebuild();
  expect(await snapshot()).toEqual(before);
});

it('rebuilds what a cancelled job has kept, and what it has left', async () => {
  const { live } = world;
  const chunks = ['kept', 'left'].map((id, n) => chunkWith(id, [n + 1]));
  await live.plan('stopped', { chunks });
  await live.tell(eventOf.cancelRequested('stopped'));
  await live.fetch('stopped', 'kept', { stored: 2 });
  await live.settle('stopped', 'kept');
  await live.tell(eventOf.cancelled('stopped', ['left']));
  const before = await snapshot();
  expect(before).toMatchObject({
    job: [{ state: 'cancelled' }],
    chunk: [{ state: 'complete' }, { state: 'failed' }],
  });
  await truncate();
  expect((await rebuild()).applied).toBe(true);
  expect(await snapshot()).toEqual(before);
});

it('names damaged rows by table, and mends what it is asked to mend', async () => {
  await liveThrough(world.storage, world.live);
  const before = await snapshot();
  await world.storage.pool.query("UPDATE job SET state = 'failed' WHERE job_id = 'plain'");
  await world.storage.pool.query("DELETE FROM job_chunk WHERE job_id = 'sharing'");
  await world.storage.pool.query("UPDATE chunk SET state = 'complete' WHERE chunk_id = 's'");
  await world.storage.pool.query("DELETE FROM coverage WHERE chunk_id = 'b'");
  await world.storage.pool.query(`INSERT INTO coverage VALUES ($1, 'trades', 77, 1, 'b', 2, 0)`, [
    DATASET,
  ]);
  await world.storage.pool.query("UPDATE symbology SET d1 = d1 + 1 WHERE symbol = 'ES.c.0'");
  await world.storage.pool.query("DELETE FROM spend WHERE chunk_id = 'a'");
  await world.storage.pool.query(
    "UPDATE dataset_day SET condition = 'missing' WHERE date = '2024-07-02'",
  );
  await world.storage.pool.query("DELETE FROM quarantine WHERE chunk_id = 'h' AND ordinal = 2");
  const damaged = await snapshot();

  const { tables, problems, applied } = await rebuild({ dryRun: true });
  expect(applied).toBe(false);
  expect(
    tables.map(({ table, missing, extra, different }) => [table, missing, extra, different]),
  ).toEqual([
    ['job', 0, 0, 1],
    ['job_chunk', 1, 0, 0],
    ['chunk', 0, 0, 1],
    ['coverage', 1, 1, 0],
    ['symbology', 0, 0, 1],
    ['spend', 1, 0, 0],
    ['dataset_day', 0, 0, 1],
  ]);
  expect(tables[0]!.example).toEqual({
    key: ['plain'],
    kind: 'different',
    present: { state: 'failed' },
    rebuilt: { state: 'completed' },
  });
  expect(problems).toEqual([
    {
      kind: 'quarantine',
      chunkId: 'h',
      message: expect.stringContaining('lacks 1 records of chunk h and has 0'),
    },
  ]);
  expect(await snapshot()).toEqual(damaged);

  const some = await rebuild({ only: ['jobs', 'coverage'] });
  expect(some.tables.map(({ table }) => table)).toEqual(['job', 'job_chunk', 'coverage']);
  expect(await snapshot()).toEqual({
    ...damaged,
    job: before['job'],
    job_chunk: before['job_chunk'],
    coverage: before['coverage'],
  });
  await rebuild();
  expect(await snapshot()).toEqual(before);
});

it('tells a chunk of many claims, symbols of many days, in parts that make the whole again', async () => {
  const instruments = Array.from({ length: 9_001 }, (_, id) => id + 1);
  const exclude = instruments
    .slice(0, 5_000)
    .map((instrument_id) => ({ instrument_id, start: '1', end: '2', end_ties: 0 }));
  const symbology = instruments.map((instrumentId) => ({
    ...ESU4,
    symbol: `S${instrumentId}`,
    instrumentId,
    d0: '2024-07-01',
    d1: '2024-07-02',
  }));
  await world.live.plan('many', { chunks: [chunkWith('a', instruments, { exclude })], symbology });
  const told = (name: string) => world.live.events.filter(({ event }) => event === name);
  expect([told('chunk_planned').length, told('resolved').length]).toEqual([3, 2]);
  const sizes = world.live.events.map((event) => JSON.stringify(event).length);
  expect(Math.max(...sizes)).toBeLessThan(MAX_PAYLOAD_BYTES);
  const before = await snapshot();
  // Told again, as by a fetcher that goes on with it.
  world.live.events.push(...told('chunk_planned'));
  await truncate();
  await rebuild();
  expect(await snapshot()).toEqual(before);
});

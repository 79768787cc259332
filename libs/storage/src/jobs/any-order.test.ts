/** Whatever the order in which batches and events arrive, and however often: the same tables. */
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { JobEvent } from '@tapeline/contracts';
import { testDatabase } from '@tapeline/testing';
import type { TestDatabase } from '@tapeline/testing';
import { migrate } from '../schema/migrate.js';
import { Storage } from '../storage.js';
import { headerOf, trades } from '../test-batches.js';
import { writeBatch } from '../write/write-batch.js';
import { writeQuarantine } from '../write/write-quarantine.js';
import { chunkOf, eventOf, savePlan, store } from './job-fixture.js';
import { projectEvent } from './project-event.js';
import { readJobs } from './read-jobs.js';
import { settleChunk, settleJob } from './settle-chunk.js';
import type { CompletedJob, Settlement } from './settle-chunk.js';

let database: TestDatabase;
let storage: Storage;

beforeAll(async () => {
  database = await testDatabase();
  await migrate(database.url);
  storage = Storage.open({ url: database.url, connections: 6 });
});
beforeEach(async () => {
  await storage.pool.query(
    'TRUNCATE job, job_chunk, chunk, coverage, ledger, quarantine, trades, symbology',
  );
});
afterAll(async () => {
  await storage.close();
  await database.drop();
});

/** Numbers in [0, below), the same ones for the same seed. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * below);
  };
}

function shuffled<Item>(items: readonly Item[], random: (below: number) => number): Item[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = random(last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/** What the writer does with a message: commit first, then look whether it was the last. */
type Delivery = () => Promise<Settlement>;

const stored =
  (chunk: string, sequence: number, length: number, filtered = 0): Delivery =>
  async () => {
    await store(storage, chunk, sequence, length, filtered);
    return settleChunk(storage, chunk);
  };

/** Two messages of one batch: three records accepted, two refused. */
function divided(chunk: string, sequence: number): Delivery[] {
  const batch = trades(5);
  const header = headerOf(batch, chunk, sequence, { fetched: 5, quarantined: 2 });
  const refused = batch.take(Uint32Array.of(3, 4));
  return [
    async () => {
      await writeBatch(storage, header, batch.slice(0, 3));
      return settleChunk(storage, chunk);
    },
    async () => {
      const part = { ...header, part: 'quarantined.0' };
      await writeQuarantine(storage, part, refused, ['r', 'r'], ['a', 'b']);
      return settleChunk(storage, chunk);
    },
  ];
}

const event =
  (fact: JobEvent): Delivery =>
  async () => {
    await projectEvent(storage, fact);
    if (fact.event === 'chunk_fetched') return settleChunk(storage, fact.chunk_id);
    const job = fact.event === 'planned' ? await settleJob(storage, fact.job_id) : undefined;
    return { heldBack: null, completedChunk: null, completedJobs: job ? [job] : [] };
  };

it.each(Array.from({ length: 12 }, (_, seed) => seed))('seed %i', async (seed) => {
  const random = randomNumbers(seed);
  await savePlan(storage, 'j', [chunkOf('a'), chunkOf('b')]);
  await savePlan(storage, 'k', [chunkOf('empty')], ['b']);
  const deliveries = [
    event(eventOf.accepted('j')),
    event(eventOf.accepted('k')),
    event(eventOf.planned('j')),
    event(eventOf.planned('k')),
    stored('a', 0, 4),
    stored('a', 1, 2, 3),
    stored('b', 0, 0, 2),
    ...divided('b', 1),
    event(eventOf.chunkFetched('j', 'a', 9, { batches: 2 })),
    event(eventOf.chunkFetched('j', 'b', 7, { batches: 2 })),
    event(eventOf.chunkFetched('k', 'empty', 0, { batches: 0 })),
  ];
  const repeated = deliveries.filter(() => random(3) === 0);
  const queue = shuffled([...deliveries, ...repeated], random);

  const settlements: Settlement[] = [];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) settlements.push(await next());
  };
  await Promise.all(Array.from({ length: 1 + random(4) }, work));

  const chunks = settlements.flatMap(({ completedChunk }) => completedChunk ?? []);
  expect(chunks.toSorted((x, y) => x.fetched - y.fetched)).toEqual([
    { fetched: 0, stored: 0, quarantined: 0, filtered: 0 },
    { fetched: 7, stored: 3, quarantined: 2, filtered: 2 },
    { fetched: 9, stored: 6, quarantined: 0, filtered: 3 },
  ]);
  // Told by whoever finds it, until that has been projected.
  const jobs = new Map<string, CompletedJob>();
  for (const job of settlements.flatMap(({ completedJobs }) => completedJobs)) {
    jobs.set(job.jobId, job);
  }
  expect(Object.fromEntries(jobs)).toEqual({
    j: {
      jobId: 'j',
      totals: { fetched: 16, stored: 9, quarantined: 2, filtered: 5 },
      reason: null,
      message: null,
    },
    k: {
      jobId: 'k',
      totals: { fetched: 7, stored: 3, quarantined: 2, filtered: 2 },
      reason: null,
      message: null,
    },
  });
  for (const jobId of ['j', 'k']) {
    await projectEvent(storage, eventOf.completed(jobId));
    expect(await settleJob(storage, jobId)).toBeUndefined();
  }
  expect(await readJobs(storage, { limit: 9 })).toMatchObject([
    { job_id: 'k', state: 'completed', stored: 3, holds: true, chunks: { total: 2, complete: 2 } },
    { job_id: 'j', state: 'completed', stored: 9, holds: true, chunks: { total: 2, complete: 2 } },
  ]);
  const { rows } = await storage.pool.query(
    'SELECT (SELECT count(*)::int FROM trades) AS trades, (SELECT count(*)::int FROM quarantine) AS refused',
  );
  expect(rows).toEqual([{ trades: 9, refused: 2 }]);
});

import { expect, it } from '@jest/globals';
import { chunkOf } from '../jobs/job-fixture.js';
import { DATASET } from '../test-batches.js';
import { RebuildWorld } from './rebuild-fixture.js';
import { rebuildProjections } from './rebuild-projections.js';
import type { History } from './rebuild-projections.js';

const world = new RebuildWorld();
const { history, rebuild, snapshot, truncate } = world;

it('takes what is told meanwhile along, lets readers read, and has writers wait', async () => {
  await world.live.plan('early', { chunks: [chunkOf('a')] });
  const base = history();
  let calls = 0;
  const codes: unknown[] = [];
  const meanwhile: History = {
    ...base,
    events: async function* () {
      yield* base.events();
      if (calls++ === 0) await world.live.plan('late', { chunks: [chunkOf('b', [2])] });
    },
    inHand: async () => {
      const { rows } = await world.storage.pool.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM job',
      );
      codes.push(rows[0]!.n);
      const client = await world.storage.pool.connect();
      await client.query("BEGIN; SET LOCAL lock_timeout = '50ms'");
      await client
        .query("UPDATE job SET message = 'x'")
        .catch((error: { code: unknown }) => codes.push(error.code));
      await client.query('ROLLBACK');
      const { rows: plan } = await client.query<{ is_free: boolean }>(
        "SELECT pg_try_advisory_lock(hashtextextended('plan ' || $1 || ' trades', 0)) AS is_free",
        [DATASET],
      );
      codes.push(plan[0]!.is_free);
      client.release();
      return [];
    },
  };
  const report = await rebuildProjections(world.storage, meanwhile);
  expect(codes).toEqual([2, '55P03', false]);
  expect([report.applied, report.events]).toEqual([false, world.live.events.length]);
});

it('leaves nothing behind when it fails', async () => {
  await world.live.plan('plain', { chunks: [chunkOf('a')] });
  const before = await snapshot();
  const broken = history({ inHand: () => Promise.reject(new Error('the bus is away')) });
  await truncate();
  await expect(rebuildProjections(world.storage, broken)).rejects.toThrow('the bus is away');
  expect(Object.values(await snapshot()).flat()).toEqual([]);
  await rebuild();
  expect(await snapshot()).toEqual(before);
});

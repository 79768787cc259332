import { expect, it } from '@jest/globals';
import { chunkOf } from '../jobs/job-fixture.js';
import type { Storage } from '../storage.js';
import { DATASET } from '../test-batches.js';
import { eachWithStorage } from '../test-storage.js';
import type { ArchivedFacts } from './add-archived.js';
import { LiveHistory } from './live-history.js';
import { historyOf, snapshotOf, truncateProjections } from './rebuild-fixture.js';
import { rebuildProjections } from './rebuild-projections.js';
import type { History, RebuildOptions } from './rebuild-projections.js';

let storage: Storage;
let live: LiveHistory;

eachWithStorage(4, (opened) => {
  storage = opened;
  live = new LiveHistory(opened);
});

const snapshot = () => snapshotOf(storage);
const truncate = () => truncateProjections(storage);
const history = (changes?: Partial<History>, archived?: readonly ArchivedFacts[]) =>
  historyOf(live, changes, archived);
const rebuild = (options?: RebuildOptions) => rebuildProjections(storage, history(), options);

it('takes what is told meanwhile along, lets readers read, and has writers wait', async () => {
  await live.plan('early', { chunks: [chunkOf('a')] });
  const base = history();
  let calls = 0;
  const codes: unknown[] = [];
  const meanwhile: History = {
    ...base,
    events: async function* () {
      yield* base.events();
      if (calls++ === 0) await live.plan('late', { chunks: [chunkOf('b', [2])] });
    },
    inHand: async () => {
      const { rows } = await storage.pool.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM job',
      );
      codes.push(rows[0]!.n);
      const client = await storage.pool.connect();
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
  const report = await rebuildProjections(storage, meanwhile);
  expect(codes).toEqual([2, '55P03', false]);
  expect([report.applied, report.events]).toEqual([false, live.events.length]);
});

it('leaves nothing behind when it fails', async () => {
  await live.plan('plain', { chunks: [chunkOf('a')] });
  const before = await snapshot();
  const broken = history({ inHand: () => Promise.reject(new Error('the bus is away')) });
  await truncate();
  await expect(rebuildProjections(storage, broken)).rejects.toThrow('the bus is away');
  expect(Object.values(await snapshot()).flat()).toEqual([]);
  await rebuild();
  expect(await snapshot()).toEqual(before);
});

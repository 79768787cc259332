import { expect, it } from '@jest/globals';
import { saveDatasetDays } from '../planning/dataset-days.js';
import type { Storage } from '../storage.js';
import { eachWithStorage } from '../test-storage.js';
import { readDatasetDays } from './read-dataset-days.js';

let storage: Storage;
eachWithStorage(2, (given) => (storage = given));

const DAY_NS = 86_400_000_000_000n;
const MONDAY = 1_719_792_000_000_000_000n;

/** That a batch was written, of which the first and the last record have these times. */
const enter = (id: string, first: bigint, last: bigint, stored: number, dataset = 'GLBX.MDP3') =>
  storage.pool.query(
    `INSERT INTO ledger (batch_id, part, chunk_id, job_id, dataset, schema, fetched, stored, quarantined, filtered,
                         sha256, rules_version, first_ns, last_ns)
          VALUES ($1, 'stored', 'c', 'j', $2, 'trades', $5, $5, 0, 0, '', 'v', $3, $4)`,
    [id, dataset, first, last, stored],
  );

it('tells what Databento said of days, and of others that there are records', async () => {
  await storage.transaction((client) =>
    saveDatasetDays(client, 'GLBX.MDP3', [
      { date: '2024-07-01', condition: 'degraded', lastModifiedDate: '2024-07-09' },
      { date: '2024-07-02', condition: 'missing', lastModifiedDate: null },
    ]),
  );
  await enter('a', MONDAY, MONDAY + DAY_NS - 1n, 5);
  // The last nanosecond of Wednesday, and the first of Friday.
  await enter('b', MONDAY + 3n * DAY_NS - 1n, MONDAY + 4n * DAY_NS, 5);
  await enter('nothing stored', MONDAY + 9n * DAY_NS, MONDAY + 9n * DAY_NS, 0);
  await enter('without a time', 2n ** 64n - 1n, 2n ** 64n - 1n, 1);
  await enter('of another', MONDAY + 9n * DAY_NS, MONDAY + 9n * DAY_NS, 1, 'XNAS.ITCH');
  expect(await readDatasetDays(storage, 'GLBX.MDP3')).toEqual([
    { date: '2024-07-01', condition: 'degraded', lastModifiedDate: '2024-07-09' },
    { date: '2024-07-02', condition: 'missing', lastModifiedDate: null },
    { date: '2024-07-03', condition: 'available', lastModifiedDate: null },
    { date: '2024-07-05', condition: 'available', lastModifiedDate: null },
  ]);
  expect(await readDatasetDays(storage, 'DBEQ.BASIC')).toEqual([]);
});

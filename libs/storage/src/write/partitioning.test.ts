import { expect, it } from '@jest/globals';
import { ColumnarBatch, parseTimestamp, SCHEMAS } from '@tapeline/records';
import { testDatabase } from '@tapeline/testing';
import { migrate } from '../schema/migrate.js';
import { Storage } from '../storage.js';
import { DAY, DAY_START, headerOf, trades } from '../test-batches.js';
import { daysOf, partitionOf } from './partitioning.js';
import { createPartitionsAhead, keepPartitionsAhead } from './partitions-ahead.js';
import { writeBatch } from './write-batch.js';

function tradesAt(times: readonly bigint[]): ColumnarBatch {
  const batch = trades(times.length);
  batch.indexTimestamps().set(times);
  return batch;
}

it('finds every UTC day of a batch once, to the nanosecond', () => {
  const first = Number(DAY_START / DAY);
  const midnight = DAY_START + DAY;
  const times = [DAY_START, midnight - 1n, midnight, midnight + DAY, midnight - 1n, DAY_START];
  expect(daysOf(tradesAt(times))).toEqual([first, first + 1, first + 2]);
  expect(daysOf(tradesAt([]))).toEqual([]);
});

it('finds days from 1970 to the last time that 64 bits hold', () => {
  const last = 2n ** 64n - 2n;
  // From 2255 on, microseconds no longer fit where the faster way computes them.
  const turn = 0x7d00_0000n << 32n;
  const midnight = (turn / DAY) * DAY;
  const times = [0n, DAY - 1n, DAY, midnight - 1n, midnight, turn - 1n, turn, midnight + DAY, last];
  expect(daysOf(tradesAt(times))).toEqual([...new Set(times.map((time) => Number(time / DAY)))]);
});

it.each([
  ['trades', '2024-02-29', 'trades_p20240229', '2024-02-29', '2024-03-01'],
  ['ohlcv-1s', '2024-12-31', 'ohlcv_1s_p20241231', '2024-12-31', '2025-01-01'],
  ['definition', '2023-12-31', 'definition_p202312', '2023-12-01', '2024-01-01'],
  ['statistics', '2024-02-29', 'statistics_p202402', '2024-02-01', '2024-03-01'],
  ['ohlcv-1h', '1970-01-01', 'ohlcv_1h_p1970', '1970-01-01', '1971-01-01'],
  ['ohlcv-1d', '2554-07-21', 'ohlcv_1d_p2554', '2554-01-01', '2555-01-01'],
] as const)('puts %s of %s into %s', (schema, date, name, from, to) => {
  const day = Number(parseTimestamp(date) / DAY);
  expect(partitionOf(SCHEMAS[schema], day)).toEqual({ name, from, to });
});

it('puts each record of a batch over midnight where it belongs, and a new process finds it', async () => {
  await using database = await testDatabase();
  await migrate(database.url);
  const midnight = DAY_START + DAY;
  for (const [sequence, rows] of [
    [0, [midnight - 1n, midnight]],
    [1, [midnight - 2n, midnight + 1n, midnight + 2n]],
  ] as const) {
    const storage = Storage.open({ url: database.url, connections: 1 });
    const batch = tradesAt(rows);
    expect(await writeBatch(storage, headerOf(batch, 'c', sequence), batch)).toBe('written');
    await storage.close();
  }
  const storage = Storage.open({ url: database.url, connections: 1 });
  const { rows } = await storage.pool.query(
    'SELECT tableoid::regclass::text AS name, count(*)::int FROM trades GROUP BY 1 ORDER BY 1',
  );
  await storage.close();
  expect(rows).toEqual([
    { name: 'trades_p20240701', count: 2 },
    { name: 'trades_p20240702', count: 3 },
  ]);
});

it('makes partitions of the next week for the tables that are fed, once', async () => {
  await using database = await testDatabase();
  await migrate(database.url);
  const storage = Storage.open({ url: database.url, connections: 2 });
  try {
    const batch = tradesAt([DAY_START + DAY - 1n]);
    await writeBatch(storage, headerOf(batch, 'c'), batch);
    const fed = Number(DAY_START / DAY);
    const week = (first: number) =>
      Array.from(
        { length: 7 },
        (_, day) => `trades_p202407${String(first + day).padStart(2, '0')}`,
      );
    expect(await createPartitionsAhead(storage, fed)).toEqual(week(2));
    expect(await createPartitionsAhead(storage, fed)).toEqual([]);
    // Another process knows of none of them.
    const other = Storage.open({ url: database.url, connections: 1 });
    expect(await createPartitionsAhead(other, fed + 1)).toEqual(['trades_p20240709']);
    await other.close();
    // Partitions that were made ahead and got no rows do not count.
    expect(await createPartitionsAhead(storage, fed + 8)).toEqual([]);
    const early = tradesAt([DAY_START + DAY]);
    expect(await writeBatch(storage, headerOf(early, 'd'), early)).toBe('written');
    const told: (readonly string[])[] = [];
    await keepPartitionsAhead(storage, (made) => told.push(made));
    expect(told).toEqual([[]]);
  } finally {
    await storage.close();
  }
  const errors: unknown[] = [];
  await keepPartitionsAhead(storage, (_, error) => errors.push(error));
  expect(errors).toEqual([expect.objectContaining({ message: expect.stringContaining('pool') })]);
});

it('is made once by several processes at once', async () => {
  await using database = await testDatabase();
  await migrate(database.url);
  const storages = Array.from({ length: 6 }, () =>
    Storage.open({ url: database.url, connections: 1 }),
  );
  const first = Number(DAY_START / DAY);
  for (let day = first; day < first + 15; day++) {
    const made = await Promise.all(
      storages.map(async (storage) =>
        (await storage.partitions()).ensureDays(SCHEMAS.trades, [day]),
      ),
    );
    expect(new Set(made.flat())).toEqual(new Set([partitionOf(SCHEMAS.trades, day).name]));
  }
  await Promise.all(storages.map((storage) => storage.close()));
});

import { expect, it } from '@jest/globals';
import { sampleBatch, SCHEMAS } from '@tapeline/records';
import type { Storage } from '../storage.js';
import { DATASET, DAY, DAY_START, headerOf, trades } from '../test-batches.js';
import { eachWithStorage } from '../test-storage.js';
import { writeBatch } from '../write/write-batch.js';
import { writeQuarantine } from '../write/write-quarantine.js';
import { databaseStats } from './database-stats.js';

let storage: Storage;
eachWithStorage(4, (opened) => (storage = opened));

async function fill(): Promise<void> {
  const first = trades(20);
  const second = trades(30, DAY_START + 2n * DAY);
  await writeBatch(storage, headerOf(first, 'first'), first);
  await writeBatch(storage, headerOf(second, 'second', 0, { dataset: 'XNAS.ITCH' }), second);
  const refused = sampleBatch(SCHEMAS.statistics, 3);
  const header = headerOf(refused, 'third', 0, {
    part: 'quarantined.0',
    quarantined: 3,
    fetched: 3,
  });
  const texts = ['a', 'b', 'c'];
  await writeQuarantine(storage, header, refused, texts, texts);
}

const statsOf = async (exact: boolean) => {
  const stats = await databaseStats(storage, exact);
  return { stats, trades: stats.schemas.find(({ schema }) => schema === 'trades')! };
};

async function serverMajor(): Promise<number> {
  const { rows } = await storage.pool.query<{ version: string }>(
    "SELECT current_setting('server_version') AS version",
  );
  return Number.parseInt(rows[0]!.version, 10);
}

it('counts rows, partitions and sizes, and tells the range', async () => {
  await fill();
  const { stats, trades } = await statsOf(true);
  expect(trades).toMatchObject({
    rows: 50,
    first: '2024-07-01T00:00:00.000000Z',
    last: '2024-07-03T00:00:29.000000Z',
    chunks: { kind: 'partition', total: 2, compressed: 0, ratio: null },
    datasets: [
      { dataset: DATASET, rows: 20 },
      { dataset: 'XNAS.ITCH', rows: 30 },
    ],
  });
  // Pages of 8 KiB: each partition has one of its rows, and two of its index at least.
  expect(trades.bytes.table).toBeGreaterThanOrEqual(2 * 8192);
  expect(trades.bytes.indexes).toBeGreaterThanOrEqual(4 * 8192);
  expect(trades.bytes.total).toBe(trades.bytes.table + trades.bytes.indexes);
  expect(stats).toMatchObject({
    exact: true,
    partitioning: 'native',
    database: { timescaledb: null, serverMajor: await serverMajor() },
    ledger: { batches: 3, stored: 50 },
    quarantine: { open: 3 },
  });
  expect(stats.walBytes).toBeGreaterThan(0);
  expect(stats.database.bytes).toBeGreaterThan(trades.bytes.total);
  expect(stats.tables.map(({ table }) => table)).toContain('public.ledger');
  expect(stats.schemas).toHaveLength(Object.keys(SCHEMAS).length);
});

it('estimates without reading the tables, and sees what was deleted', async () => {
  await fill();
  await storage.pool.query('ANALYZE trades');
  const { stats, trades } = await statsOf(false);
  expect(stats.exact).toBe(false);
  expect(trades).toMatchObject({ rows: 50, datasets: [{ rows: 20 }, { rows: 30 }] });
  const client = await storage.pool.connect();
  await client.query('DELETE FROM trades WHERE ordinal < 5');
  // A session tells what it did when it is idle for a second, unless it is asked to.
  await client.query('SELECT pg_stat_force_next_flush()');
  await client.query('ANALYZE trades');
  client.release();
  expect((await statsOf(false)).trades).toMatchObject({ rows: 40, deadRows: 10 });
});

it('has no range of an empty partition, and none at all of nothing', async () => {
  await fill();
  await storage.pool.query("DELETE FROM trades WHERE ts_recv < '2024-07-02'");
  const { stats, trades } = await statsOf(true);
  expect(trades).toMatchObject({ rows: 30, first: '2024-07-03T00:00:00.000000Z' });
  expect(stats.schemas.find(({ schema }) => schema === 'mbo')).toMatchObject({
    rows: 0,
    first: null,
    last: null,
    datasets: [],
    chunks: { total: 0 },
  });
});

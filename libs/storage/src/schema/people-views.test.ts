import { expect, it } from '@jest/globals';
import { ColumnarBatch, derivedColumn, extendSchema, SCHEMAS } from '@tapeline/records';
import type { Storage } from '../storage.js';
import { DATASET, DAY, DAY_START, headerOf, trades } from '../test-batches.js';
import { eachWithStorage } from '../test-storage.js';
import { writeBatch } from '../write/write-batch.js';
import { refreshViews } from './people-views.js';

let storage: Storage;
eachWithStorage(2, (opened) => (storage = opened));

const view = async (table: string): Promise<Record<string, unknown>[]> =>
  (
    await storage.pool.query<Record<string, unknown>>(
      `SELECT * FROM ${table}_view ORDER BY ordinal`,
    )
  ).rows;

it('shows the symbol of the day, and flags by name', async () => {
  for (const [symbol, d0, d1] of [
    ['ESU4', '2024-07-01', '2024-07-02'],
    ['ESZ4', '2024-07-02', '2024-07-03'],
  ]) {
    await storage.pool.query(`INSERT INTO symbology VALUES ($1, 'raw_symbol', $2, 1, $3, $4)`, [
      DATASET,
      symbol,
      d0,
      d1,
    ]);
  }
  const batch = trades(3, DAY_START + DAY - 1_000_000_000n);
  batch.column('instrument_id')[2] = 9;
  batch.column('flags')[0] = 128 + 8;
  batch.column('flags')[1] = 255;
  batch.column('side').set([65, 66, 0] as never);
  batch.column('action').fill(84 as never);
  await writeBatch(storage, headerOf(batch, 'c'), batch);
  const rows = await view('trades');
  expect(rows.map(({ symbol }) => symbol)).toEqual(['ESU4', 'ESZ4', null]);
  expect(rows.map((row) => row['flag_names'])).toEqual([
    ['LAST', 'BAD_TS_RECV'],
    ['LAST', 'TOB', 'SNAPSHOT', 'MBP', 'BAD_TS_RECV', 'MAYBE_BAD_BOOK', 'PUBLISHER_SPECIFIC'],
    [],
  ]);
  expect(rows.map((row) => row['side_name'])).toEqual(['ask', 'bid', null]);
  expect(rows.map((row) => row['action_name'])).toEqual(['trade', 'trade', 'trade']);
});

it('names statistics, and leaves those without a name unnamed', async () => {
  const batch = ColumnarBatch.allocate(SCHEMAS.statistics, 3);
  batch.column('ts_recv').fill(DAY_START as never);
  [3, 9, 777].forEach((type, row) => {
    batch.column('stat_type')[row] = type;
    batch.column('ordinal')[row] = row;
  });
  await writeBatch(storage, headerOf(batch, 's'), batch);
  expect((await view('statistics')).map((row) => row['stat_name'])).toEqual([
    'settlement price',
    'open interest',
    null,
  ]);
});

it('has the columns that rules add, and leaves views upon it as they are', async () => {
  await storage.pool.query('CREATE VIEW mine AS SELECT price, symbol FROM trades_view');
  const schema = extendSchema(SCHEMAS.trades, [
    derivedColumn('mid', 'price', 'middle'),
    // The names of other columns of the view.
    derivedColumn('flag_names', 'string', 'an own text', 8),
    derivedColumn('side_name', 'int', 'an own number'),
  ]);
  const batch = ColumnarBatch.allocate(schema, 1);
  batch.column('ts_recv').fill(DAY_START as never);
  batch.column('mid')[0] = -1_250_000_000n;
  await writeBatch(storage, headerOf(batch, 'c'), batch);
  expect((await view('trades'))[0]).toMatchObject({
    mid: '-1.25',
    flag_names: [],
    side_name: null,
  });
  await refreshViews(storage.pool);
  expect((await storage.pool.query('SELECT * FROM mine')).rowCount).toBe(1);
});

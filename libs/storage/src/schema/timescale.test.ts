/** The schema on TimescaleDB itself: hypertables and binary COPY. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DAY_NS, sampleBatch, SCHEMA_NAMES, SCHEMAS } from '@tapeline/records';
import type { ColumnarBatch, SchemaName } from '@tapeline/records';
import { TIMESCALE_ENGINES } from '../test-timescale.js';
import type { TestTimescale } from '../test-timescale.js';
import { dropStatements, marketStatements } from './market-statements.js';
import { MARKET_TABLES_1 } from './market-tables-1.js';
import { MARKET_TABLES_2 } from './market-tables-2.js';
import { statements1 } from './migration-1.js';

/** Ten records of extreme values within one day. */
function recordsOf(name: SchemaName): ColumnarBatch {
  const batch = sampleBatch(SCHEMAS[name], 10);
  batch.indexTimestamps().forEach((_, row, times) => {
    times[row] = 1_719_792_000_000_000_123n + BigInt(row);
  });
  return batch;
}

describe.each(TIMESCALE_ENGINES)('TimescaleDB %s', (_, open) => {
  let db: TestTimescale;
  let client: TestTimescale['client'];

  beforeAll(async () => {
    db = await open();
    client = db.client;
    for (const statement of statements1(true)) await client.query(statement);
    // An older store, whose rows must outlast the second version.
    await client.query("INSERT INTO dataset (code) VALUES ('GLBX.MDP3')");
    await db.copy(recordsOf('tbbo'));
    await client.query('BEGIN');
    for (const statement of marketStatements(MARKET_TABLES_2, true)) await client.query(statement);
    await client.query('COMMIT');
  });
  afterAll(() => db?.close());

  const count = async (table: string): Promise<number> => {
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::integer FROM ${table}`,
    );
    return rows[0]!.count;
  };

  it('makes every market table a hypertable on its index timestamp', async () => {
    const { rows } = await client.query(
      `SELECT hypertable_name, column_name, time_interval::text
       FROM timescaledb_information.dimensions ORDER BY hypertable_name`,
    );
    const expected = Object.values(SCHEMAS)
      .map(({ table, indexColumn, partition }) => ({
        hypertable_name: table,
        column_name: indexColumn,
        // TimescaleDB reckons with months of 30 days and years of twelve such months.
        time_interval: { day: '1 day', month: '30 days', year: '360 days' }[partition],
      }))
      .toSorted((a, b) => (a.hypertable_name < b.hypertable_name ? -1 : 1));
    expect(rows).toEqual(expected);
  });

  it('takes a binary COPY over several days, each into its own chunk', async () => {
    const batch = sampleBatch(SCHEMAS.trades, 30);
    const times = batch.indexTimestamps();
    times.forEach((_, row) => {
      times[row] = 1_719_792_000_000_000_123n + BigInt(row) * (DAY_NS / 10n);
    });
    await db.copy(batch);
    const { rows } = await client.query<{ price: string | null; ns: number }>(
      'SELECT price::text, ts_recv_ns AS ns FROM trades ORDER BY ordinal',
    );
    const prices = batch.column('price') as BigInt64Array;
    expect(rows).toEqual(
      Array.from(prices, (price) => ({
        price: price === 2n ** 63n - 1n ? null : String(price),
        ns: 123,
      })),
    );
    const chunks = await client.query("SELECT show_chunks('trades')");
    expect(chunks.rows).toHaveLength(3);
    const view = await client.query(
      'SELECT dataset, ts_recv_text FROM trades_view ORDER BY ordinal LIMIT 1',
    );
    expect(view.rows).toEqual([
      { dataset: 'GLBX.MDP3', ts_recv_text: '2024-07-01T00:00:00.000000123Z' },
    ]);
  });

  it('keeps the rows of a store of the first version, and takes those of the added tables', async () => {
    expect(await count('tbbo')).toBe(10);
    const added = SCHEMA_NAMES.filter((name) =>
      MARKET_TABLES_2.some((table) => table.name === SCHEMAS[name].table),
    );
    expect(added).toHaveLength(11);
    for (const name of added) {
      await db.copy(recordsOf(name));
      expect([name, await count(`${SCHEMAS[name].table}_view`)]).toEqual([name, 10]);
    }
  });

  it('takes the added tables back, and leaves the others as they are', async () => {
    for (const statement of dropStatements(MARKET_TABLES_2)) await client.query(statement);
    const { rows } = await client.query<{ name: string }>(
      'SELECT hypertable_name AS name FROM timescaledb_information.hypertables',
    );
    expect(rows.map(({ name }) => name).toSorted()).toEqual(
      MARKET_TABLES_1.map(({ name }) => name).toSorted(),
    );
    expect(await count('tbbo_view')).toBe(10);
  });
});

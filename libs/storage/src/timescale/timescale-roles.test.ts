/** The roles of deploy/postgres on TimescaleDB: an owner that is no superuser, and a reader. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DATASET, trades } from '../test-batches.js';
import { createRoles, namedRoles } from '../test-roles.js';
import { createStore, TIMESCALE_ENGINES } from '../test-timescale.js';
import type { TestTimescale } from '../test-timescale.js';
import { applyPolicies } from './apply-policies.js';
import { describeEngine } from './describe-engine.js';
import { ensureTradeBars, TRADE_BARS } from './trade-bars.js';

describe.each(TIMESCALE_ENGINES)('TimescaleDB %s', (_, open) => {
  const roles = namedRoles();
  let db: TestTimescale;
  let client: TestTimescale['client'];

  beforeAll(async () => {
    db = await open();
    client = db.client;
    await client.query('CREATE EXTENSION IF NOT EXISTS timescaledb');
    await createRoles(client, null, roles);
    // The owner's right to make it is one on the database.
    await client.query(`CREATE SCHEMA staging AUTHORIZATION ${roles.owner}`);
  });
  afterAll(() =>
    db?.close(`DROP ROLE ${roles.owner}, ${roles.writer}, ${roles.reader}, ${roles.sql}`),
  );

  it('has the owner make tables, bars and policies', async () => {
    await client.query(`SET ROLE ${roles.owner}`);
    await createStore(client, DATASET, { staging: false });
    await ensureTradeBars(client);
    expect(await applyPolicies(client, { compressAfterDays: 7 })).toHaveLength(20);
    const { rows } = await client.query(
      'SELECT DISTINCT owner::text FROM timescaledb_information.jobs WHERE hypertable_name IS NOT NULL',
    );
    expect(rows).toEqual([{ owner: roles.owner }]);
  });

  it('lets the reader read rows, compressed ones and bars', async () => {
    for (const compress of [true, false]) {
      // The build in WebAssembly copies from a file, which only a superuser may.
      await client.query('RESET ROLE');
      await db.copy(trades(10));
      await client.query(`SET ROLE ${roles.owner}`);
      if (compress) await client.query("SELECT compress_chunk(c) FROM show_chunks('trades') c");
    }
    await client.query("CALL refresh_continuous_aggregate('trade_bars_1m', NULL, NULL)");
    await client.query(`SET ROLE ${roles.reader}`);
    const count = async (relation: string) =>
      (await client.query(`SELECT count(*)::int FROM ${relation}`)).rows[0];
    expect(await count('trades_view')).toEqual({ count: 20 });
    for (const { name } of TRADE_BARS) expect(await count(`${name}_view`)).toEqual({ count: 1 });
    expect(await describeEngine(client)).toMatchObject({ edition: 'community', missing: [] });
  });

  it.each([
    'DELETE FROM trades',
    "SELECT drop_chunks('trades', older_than => now())",
    "SELECT decompress_chunk(c) FROM show_chunks('trades') c",
    "CALL refresh_continuous_aggregate('trade_bars_1m', NULL, NULL)",
  ])('refuses the reader %s', async (statement) => {
    await client.query(`SET ROLE ${roles.reader}`);
    await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
  });
});

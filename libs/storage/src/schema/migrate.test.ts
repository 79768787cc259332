import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { indexDdl, SCHEMA_NAMES, SCHEMAS, tableDdl } from '@tapeline/records';
import { testDatabase } from '@tapeline/testing';
import type { TestDatabase } from '@tapeline/testing';
import { Client } from 'pg';
import { openProxy } from '../test-batches.js';
import { MARKET_TABLES_1 } from './market-tables-1.js';
import { migrate, migrateDown, migrateWhenReady, openOrm } from './migrate.js';

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await testDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

async function relations(): Promise<string[]> {
  const { rows } = await client.query<{ relname: string }>(
    `SELECT relname FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')
        AND relname NOT LIKE 'mikro_orm%' ORDER BY relname`,
  );
  return rows.map((row) => row.relname);
}

const RELATIONAL = ['chunk', 'coverage', 'dataset', 'job', 'job_chunk', 'ledger', 'quarantine'];
const MARKET = SCHEMA_NAMES.map((name) => SCHEMAS[name].table);
const ALL = [...RELATIONAL, 'symbology', ...MARKET, ...MARKET.map((name) => `${name}_view`)];

it('is done once by several services at once, taken back, and done again', async () => {
  const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(database.url)));
  expect(applied.flat()).toEqual(['Migration1']);
  expect(await relations()).toEqual(ALL.toSorted());

  await migrateDown(database.url);
  expect(await relations()).toEqual([]);

  expect(await migrate(database.url)).toEqual(['Migration1']);
  expect(await migrate(database.url)).toEqual([]);
  expect(await relations()).toEqual(ALL.toSorted());
});

it('makes the relational tables that the entities describe', async () => {
  const orm = openOrm(database.url);
  try {
    // Market tables are no entities, so nothing that is there is to be dropped for them.
    const difference = await orm.schema.getUpdateSchemaSQL({ safe: true, dropTables: false });
    expect(difference.trim()).toBe('');
  } finally {
    await orm.close(true);
  }
});

const SPANS = { day: '1 day', month: '1 month', year: '1 year' };

it('makes the market tables that libs/records describes', () => {
  expect(MARKET_TABLES_1).toEqual(
    SCHEMA_NAMES.map((name) => SCHEMAS[name]).map((schema) => ({
      name: schema.table,
      timeColumn: schema.indexColumn,
      span: SPANS[schema.partition],
      table: tableDdl(schema),
      index: indexDdl(schema),
    })),
  );
});

it('waits for a database that is away', async () => {
  await using proxy = await openProxy(database.url);
  let isAway = true;
  proxy.decide = () => (isAway ? 'before' : 'forward');
  const waited: string[] = [];
  await migrateWhenReady(proxy.url, (error) => {
    waited.push(error.message);
    isAway = false;
  });
  expect(waited).toEqual([expect.stringContaining('Connection terminated')]);
});

it('does not wait where waiting cannot help', async () => {
  const url = new URL(database.url);
  url.pathname = '/no_such_database';
  await expect(migrateWhenReady(url.href)).rejects.toMatchObject({ code: '3D000' });
});

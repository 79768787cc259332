import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { indexDdl, SCHEMA_NAMES, SCHEMAS, tableDdl } from '@tapeline/records';
import { testDatabase } from '@tapeline/testing';
import type { TestDatabase } from '@tapeline/testing';
import { Client } from 'pg';
import { openProxy } from '../test-batches.js';
import { Storage } from '../storage.js';
import { trades, headerOf } from '../test-batches.js';
import { writeBatch } from '../write/write-batch.js';
import { TRADE_BARS } from '../timescale/trade-bars.js';
import { MARKET_TABLES_1 } from './market-tables-1.js';
import { MARKET_TABLES_2 } from './market-tables-2.js';
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

const RELATIONAL =
  'api_key batch_submission chunk coverage dataset dataset_day finding job job_chunk ledger quarantine replay rule_outcome spend stat_type symbology'.split(
    ' ',
  );
const MIGRATIONS = [
  'Migration1',
  'Migration2',
  'Migration3',
  'Migration4',
  'Migration5',
  'Migration6',
  'Migration7',
];
const BARS = TRADE_BARS.map(({ name }) => name);
const MARKET = SCHEMA_NAMES.map((name) => SCHEMAS[name].table);
const DERIVED = [...MARKET, ...BARS].map((name) => `${name}_view`);
const ALL = [...RELATIONAL, ...MARKET, ...BARS, ...DERIVED];

it('is done once by several services at once, taken back, and done again', async () => {
  const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(database.url)));
  expect(applied.flat()).toEqual(MIGRATIONS);
  expect(await relations()).toEqual(ALL.toSorted());

  await migrateDown(database.url, null);
  expect(await relations()).toEqual([]);

  expect(await migrate(database.url)).toEqual(MIGRATIONS);
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

/** Columns of a table's DDL, whose physical order does not matter: COPY names them. */
const columnsOf = (table: string): string[] =>
  table
    .split('\n')
    .slice(1, -1)
    .map((line) => line.replace(/,$/, ''))
    .toSorted();

it('makes the market tables that libs/records describes', () => {
  const made = [...MARKET_TABLES_1, ...MARKET_TABLES_2];
  expect(made.map(({ name }) => name).toSorted()).toEqual(MARKET.toSorted());
  for (const name of SCHEMA_NAMES) {
    const schema = SCHEMAS[name];
    const table = made.find((table) => table.name === schema.table)!;
    expect(table).toMatchObject({
      timeColumn: schema.indexColumn,
      span: SPANS[schema.partition],
      index: indexDdl(schema),
    });
    expect(columnsOf(table.table)).toEqual(columnsOf(tableDdl(schema)));
  }
});

it('knows the prices of the tables it adds', () => {
  for (const { name, prices } of MARKET_TABLES_2) {
    const schema = Object.values(SCHEMAS).find(({ table }) => table === name)!;
    const described = schema.columns.filter(({ type }) => type === 'price');
    expect([name, prices]).toEqual([name, described.map((column) => column.name)]);
  }
});

it.each(MIGRATIONS.slice(0, -1))('keeps the rows of a store of %s', async (version) => {
  await using older = await olderStore(version);
  const counted = async () => {
    const { rows } = await older.storage.pool.query<{ count: string; sum: string }>(
      'SELECT count(*), sum(price) FROM trades',
    );
    return rows[0];
  };
  const before = await counted();
  expect(before).toMatchObject({ count: '20' });
  expect(await migrate(older.url)).toEqual(MIGRATIONS.slice(MIGRATIONS.indexOf(version) + 1));
  expect(await counted()).toEqual(before);
  await older.storage.pool.query('SELECT FROM mbo_view');
  await migrateDown(older.url, version);
  expect(await counted()).toEqual(before);
  const { rowCount } = await older.storage.pool.query('SELECT dataset, price FROM trades_view');
  expect(rowCount).toBe(20);
});

/** A database of a version with trades in it. */
async function olderStore(version: string) {
  const older = await testDatabase();
  await migrate(older.url);
  await migrateDown(older.url, version);
  const storage = Storage.open({ url: older.url, connections: 1 });
  const batch = trades(20);
  await writeBatch(storage, headerOf(batch, 'chunk', 0), batch);
  return {
    url: older.url,
    storage,
    [Symbol.asyncDispose]: async () => {
      await storage.close();
      await older.drop();
    },
  };
}

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

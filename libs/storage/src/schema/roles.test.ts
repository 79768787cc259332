/** The roles that deploy/postgres/010-roles.sh creates, on a real server: what each can do, and cannot. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ColumnarBatch, derivedColumn, extendSchema, SCHEMAS } from '@tapeline/records';
import { testDatabase } from '@tapeline/testing';
import type { TestDatabase } from '@tapeline/testing';
import { Client } from 'pg';
import { chunkOf, eventOf, savePlan } from '../jobs/job-fixture.js';
import { projectEvent } from '../jobs/project-event.js';
import { readJob } from '../jobs/read-jobs.js';
import { settleChunk } from '../jobs/settle-chunk.js';
import { openTimeseries } from '../read/index.js';
import { Storage } from '../storage.js';
import { DATASET, DAY, DAY_START, headerOf, trades } from '../test-batches.js';
import { createRoles, namedRoles } from '../test-roles.js';
import { describeEngine } from '../timescale/describe-engine.js';
import { writeBatch } from '../write/write-batch.js';
import { migrate, migrateDown } from './migrate.js';

const ROLES = namedRoles();
const { owner: OWNER, writer: WRITER, reader: READER, password: PASSWORD } = ROLES;

let database: TestDatabase;
let superuser: Client;
let writer: Storage;
let reader: Storage;

const urlOf = (role: string, password = PASSWORD): string => {
  const url = new URL(database.url);
  [url.username, url.password] = [role, password];
  return url.href;
};

beforeAll(async () => {
  database = await testDatabase();
  superuser = new Client({ connectionString: database.url });
  await superuser.connect();
  await createRoles(superuser, database.name, ROLES);
  writer = Storage.open({ url: urlOf(WRITER), connections: 3 });
  reader = Storage.open({ url: urlOf(READER), connections: 2 });
  await Promise.all([migrate(urlOf(WRITER)), migrate(urlOf(WRITER))]);
});
afterAll(async () => {
  await writer?.close();
  await reader?.close();
  await superuser.end();
  await database.drop();
  const server = new URL(database.url);
  server.pathname = '/postgres';
  const client = new Client({ connectionString: server.href });
  await client.connect();
  await client.query(`DROP ROLE ${[OWNER, WRITER, READER, ROLES.sql].join(', ')}`);
  await client.end();
});

it('may be run again, and does all of its statements', async () => {
  expect(await createRoles(superuser, database.name, ROLES)).toBeGreaterThan(10);
});

it('makes none of them a superuser, nor one that makes roles or databases', async () => {
  const { rows } = await superuser.query(
    `SELECT count(*)::int FROM pg_roles WHERE starts_with(rolname, $1)
        AND NOT (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)`,
    [ROLES.prefix],
  );
  expect(rows).toEqual([{ count: 4 }]);
});

it('lets the writer do all that services do: plan, write, add columns and partitions, replace', async () => {
  const old = chunkOf('old');
  await savePlan(writer, 'j', [old]);
  await writeBatch(writer, headerOf(trades(3), 'old'), trades(3));
  await projectEvent(writer, eventOf.chunkFetched('j', 'old', 3));
  expect(await settleChunk(writer, 'old')).toMatchObject({ completedChunk: { stored: 3 } });
  const schema = extendSchema(SCHEMAS.trades, [derivedColumn('mid', 'price', 'middle')]);
  const batch = ColumnarBatch.allocate(schema, 1);
  batch.column('ts_recv').fill(DAY_START as never);
  batch.column('instrument_id').fill(1 as never);
  batch.column('mid')[0] = 1_500_000_000n;
  const request = { ...old.request, replaces: 'test' };
  await savePlan(writer, 'k', [{ ...old, chunkId: 'new', request }]);
  await writeBatch(writer, headerOf(batch, 'new'), batch);
  await projectEvent(writer, eventOf.chunkFetched('k', 'new', 1));
  await settleChunk(writer, 'new');
  const { rows } = await writer.pool.query('SELECT mid FROM trades_view');
  expect(rows).toEqual([{ mid: '1.5' }]);
});

it('has all that services make belong to the owner', async () => {
  const { rows } = await superuser.query(
    `SELECT DISTINCT relowner::regrole::text AS owner FROM pg_class
      WHERE relnamespace IN ('public'::regnamespace, 'staging'::regnamespace)`,
  );
  expect(rows).toEqual([{ owner: OWNER }]);
});

it('lets the reader read what is there, and what comes later', async () => {
  expect((await reader.pool.query('SELECT symbol, mid FROM trades_view')).rowCount).toBe(1);
  expect((await reader.pool.query('SELECT FROM trade_bars_1m_view')).rowCount).toBe(1);
  expect(await readJob(reader, 'k')).toMatchObject({ job_id: 'k', stored: 1 });
  const query = {
    dataset: DATASET,
    schema: 'trades',
    symbols: ['1'],
    stypeIn: 'instrument_id',
    start: DAY_START,
    end: DAY_START + DAY,
    limit: undefined,
    fields: undefined,
  } as const;
  const answer = await openTimeseries(reader, reader, query, new AbortController().signal);
  if (answer.outcome !== 'answer') throw new Error(answer.outcome);
  expect((await answer.records.next())?.batch.length).toBe(1);
  expect(await answer.records.next()).toBeUndefined();
  expect(await describeEngine(reader.pool)).toMatchObject({ kind: 'native' });
  const { rows } = await reader.pool.query('SHOW statement_timeout');
  expect(rows).toEqual([{ statement_timeout: '1min' }]);
  // A download is one statement: the gateway's address gives it longer.
  const url = new URL(urlOf(READER));
  url.searchParams.set('options', '-c statement_timeout=1h');
  const gateway = Storage.open({ url: url.href, connections: 1 });
  const { rows: longer } = await gateway.pool.query('SHOW statement_timeout');
  await gateway.close();
  expect(longer).toEqual([{ statement_timeout: '1h' }]);
});

it.each([
  'INSERT INTO dataset (code) VALUES (1)',
  'UPDATE job SET state = state',
  'DELETE FROM trades',
  'TRUNCATE trades',
  'DROP TABLE trades',
  'ALTER TABLE trades ADD COLUMN x int',
  'CREATE TABLE mine (x int)',
  'CREATE TEMPORARY TABLE mine (x int)',
  'CREATE SCHEMA mine',
  'CREATE TABLE staging.mine (x int)',
  `SET ROLE ${OWNER}`,
  "COPY dataset TO PROGRAM 'cat'",
  "SELECT pg_read_file('PG_VERSION')",
])('refuses the reader %s', async (statement) => {
  const client = await reader.pool.connect();
  try {
    await client.query('SET default_transaction_read_only = off');
    await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
  } finally {
    client.release(true);
  }
});

it.each([
  'CREATE ROLE mine',
  'CREATE DATABASE mine',
  "COPY dataset TO PROGRAM 'cat'",
  "ALTER SYSTEM SET work_mem = '1GB'",
])('refuses the writer %s', async (statement) => {
  await expect(writer.pool.query(statement)).rejects.toMatchObject({ code: '42501' });
});

it('refuses others the database', async () => {
  const [other, password] = [`${ROLES.prefix}other`, 'o'];
  await superuser.query(`CREATE ROLE ${other} LOGIN PASSWORD '${password}'`);
  const client = new Client({ connectionString: urlOf(other, password) });
  await expect(client.connect()).rejects.toMatchObject({ code: '42501' });
  await superuser.query(`DROP ROLE ${other}`);
});

it('lets the writer take migrations back, and apply them again', async () => {
  const url = urlOf(WRITER);
  await migrateDown(url, null);
  expect(await migrate(url)).toHaveLength(7);
});

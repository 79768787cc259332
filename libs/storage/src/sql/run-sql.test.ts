/** SQL that people send, as the role for it: what it gives, and what it cannot do. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase } from '@tapeline/testing';
import type { TestDatabase } from '@tapeline/testing';
import { Client } from 'pg';
import { migrate } from '../schema/migrate.js';
import { Storage } from '../storage.js';
import { headerOf, trades } from '../test-batches.js';
import { createRoles, namedRoles } from '../test-roles.js';
import { writeBatch } from '../write/write-batch.js';
import { runSql, SqlError, SqlTooLargeError, UnsafeSqlRoleError } from './index.js';

const ROLES = namedRoles();
const LIMITS = { rows: 100, bytes: 1_000_000, milliseconds: 10_000 };
const never = new AbortController().signal;
let database: TestDatabase;
let superuser: Client;
let writer: Storage;
let people: Storage;

const urlOf = (role: string): string => {
  const url = new URL(database.url);
  [url.username, url.password] = [role, ROLES.password];
  return url.href;
};

beforeAll(async () => {
  database = await testDatabase();
  superuser = new Client({ connectionString: database.url });
  await superuser.connect();
  await createRoles(superuser, database.name, ROLES);
  writer = Storage.open({ url: urlOf(ROLES.writer), connections: 2 });
  people = Storage.open({ url: urlOf(ROLES.sql), connections: 2 });
  await migrate(urlOf(ROLES.writer));
  const batch = trades(20);
  await writeBatch(writer, headerOf(batch, 'chunk', 0), batch);
});
afterAll(async () => {
  await Promise.all([writer?.close(), people?.close()]);
  await superuser.end();
  await database.drop();
  const server = new URL(database.url);
  server.pathname = '/postgres';
  const client = new Client({ connectionString: server.href });
  await client.connect();
  await client.query(`DROP ROLE ${ROLES.owner}, ${ROLES.writer}, ${ROLES.reader}, ${ROLES.sql}`);
  await client.end();
});

const run = (sql: string, limits: Partial<typeof LIMITS> = {}) =>
  runSql(people, sql, { ...LIMITS, ...limits }, never);

/** Statements of the role that the server still works on. */
async function underWay(): Promise<number> {
  const { rowCount } = await superuser.query(
    "SELECT FROM pg_stat_activity WHERE usename = $1 AND state = 'active'",
    [ROLES.sql],
  );
  return rowCount ?? 0;
}

async function nothingUnderWay(): Promise<void> {
  for (const deadline = Date.now() + 10_000; (await underWay()) > 0; await delay(20)) {
    if (Date.now() > deadline) throw new Error('a statement goes on');
  }
}

describe('an answer', () => {
  it('has values as the server writes them, with their types', async () => {
    const sql = `SELECT 9223372036854775807 AS big, 1.10::numeric AS price, true AS yes, NULL AS none,
      '2024-07-01T13:30:00.123456Z'::timestamptz AS at, 'a' AS "two words"`;
    expect(await run(sql)).toEqual({
      columns: [
        { name: 'big', type: 'int8' },
        { name: 'price', type: 'numeric' },
        { name: 'yes', type: 'bool' },
        { name: 'none', type: 'text' },
        { name: 'at', type: 'timestamptz' },
        { name: 'two words', type: 'text' },
      ],
      rows: [['9223372036854775807', '1.10', 't', null, '2024-07-01 13:30:00.123456+00', 'a']],
      isCut: false,
    });
  });

  it('is read from tables and views, up to a limit that it tells of', async () => {
    const all = await run('SELECT price FROM trades_view -- all of them');
    expect([all.rows.length, all.isCut]).toEqual([20, false]);
    const some = await run('SELECT price FROM trades', { rows: 19 });
    expect([some.rows.length, some.isCut]).toEqual([19, true]);
    expect(await run('TABLE stat_type', { rows: 1 })).toMatchObject({ isCut: true });
    expect((await run("VALUES (1, 'a'), (2, 'b')")).rows).toHaveLength(2);
    expect((await run('WITH t AS (SELECT 1 AS a) SELECT a FROM t')).rows).toEqual([['1']]);
  });

  it('to a fault tells where in the statement it is', async () => {
    await expect(run('SELECT nothing FROM trades')).rejects.toMatchObject({
      name: 'SqlError',
      message: 'column "nothing" does not exist',
      code: '42703',
      position: 8,
    });
    await expect(run('SELEC 1')).rejects.toMatchObject({ code: '42601', position: 1 });
  });
});

describe('a statement cannot', () => {
  const state = async (): Promise<unknown[]> => {
    const { rows } = await superuser.query(
      `SELECT (SELECT count(*) FROM trades) AS trades, (SELECT count(*) FROM dataset) AS datasets,
              (SELECT count(*) FROM pg_class) AS relations, (SELECT count(*) FROM pg_largeobject_metadata) AS objects,
              (SELECT count(*) FROM pg_roles) AS roles`,
    );
    return rows;
  };

  it.each([
    ['write', "INSERT INTO dataset (code) VALUES ('X')"],
    ['write', 'UPDATE trades SET price = 0'],
    ['write', 'DELETE FROM trades'],
    ['write', 'TRUNCATE trades'],
    ['write', "WITH w AS (INSERT INTO dataset (code) VALUES ('X') RETURNING *) SELECT * FROM w"],
    ['write', 'SELECT * INTO copy FROM trades'],
    ['write', 'CREATE TABLE mine AS SELECT 1'],
    ['write', 'CREATE TEMPORARY TABLE mine (x int)'],
    ['write', "SELECT query_to_xml('DELETE FROM trades RETURNING 1', true, true, '')"],
    ['write', "SELECT nextval('quarantine_id_seq')"],
    ['write', 'SELECT lo_create(0)'],
    ['lock', 'SELECT * FROM trades FOR UPDATE'],
    ['lock', 'LOCK TABLE trades'],
    ['be several', 'SELECT 1; SELECT 2'],
    ['be several', 'SELECT 1; DROP TABLE trades'],
    ['be several', 'SELECT 1; COMMIT; DROP TABLE trades; --'],
    ['be another', 'COMMIT'],
    ['be another', 'DO $$ BEGIN PERFORM 1; END $$'],
    ['be another', 'CALL x()'],
    ['be another', 'EXPLAIN ANALYZE SELECT 1'],
    ['be another', 'SET statement_timeout = 0'],
    ['be another', 'LISTEN x'],
    ['be another', 'COPY trades TO STDOUT'],
    ['run programs', "COPY (SELECT 1) TO PROGRAM 'touch /tmp/x'"],
    ['read files', "COPY trades FROM '/etc/passwd'"],
    ['read files', "SELECT pg_read_file('PG_VERSION')"],
    ['read files', "SELECT pg_read_binary_file('PG_VERSION')"],
    ['read files', "SELECT pg_ls_dir('.')"],
    ['read files', "SELECT pg_stat_file('PG_VERSION')"],
    ['read files', "SELECT lo_import('/etc/passwd')"],
    ['read files', "SELECT query_to_xml('SELECT pg_read_file(''PG_VERSION'')', true, true, '')"],
    ['reach others', "SELECT * FROM dblink('host=127.0.0.1', 'SELECT 1') AS t (a int)"],
    ['see passwords', 'SELECT rolpassword FROM pg_authid'],
    ['become others', `SET ROLE ${ROLES.owner}`],
    ['become others', 'RESET ROLE'],
    ['become others', `SELECT set_config('role', '${ROLES.owner}', false)`],
    ['become others', `SELECT set_config('session_authorization', '${ROLES.owner}', false)`],
    ['leave the transaction', "SELECT set_config('transaction_read_only', 'off', true)"],
    ['raise its limits', "SELECT set_config('temp_file_limit', '-1', false)"],
    ['reload the server', 'SELECT pg_reload_conf()'],
  ])('%s: %s', async (_, sql) => {
    const before = await state();
    await expect(run(sql)).rejects.toBeInstanceOf(SqlError);
    expect(await state()).toEqual(before);
  });

  it('stop what others run', async () => {
    const { rows } = await writer.pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    for (const way of ['pg_terminate_backend', 'pg_cancel_backend']) {
      await expect(run(`SELECT ${way}(${rows[0]!.pid})`)).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('leave anything behind for the next', async () => {
    await run(`SELECT set_config('search_path', 'pg_temp', false), set_config('statement_timeout', '0', false),
                      pg_advisory_lock(7)`);
    expect((await run("SELECT current_setting('search_path')")).rows).toEqual([
      ['"$user", public'],
    ]);
    await nothingUnderWay();
    const { rowCount } = await superuser.query("SELECT FROM pg_locks WHERE locktype = 'advisory'");
    expect(rowCount).toBe(0);
  });

  it('last longer than it may, whatever it sets', async () => {
    for (const sql of [
      'SELECT pg_sleep(60)',
      "SELECT set_config('statement_timeout', '0', false), pg_sleep(60)",
      'SELECT count(*) FROM generate_series(1, 10000000000)',
    ]) {
      const begun = performance.now();
      await expect(run(sql, { milliseconds: 300 })).rejects.toMatchObject({ code: '57014' });
      expect(performance.now() - begun).toBeLessThan(5_000);
    }
    await nothingUnderWay();
  });

  it('send more than may be received, in rows or in one value', async () => {
    for (const sql of [
      "SELECT repeat('x', 300000000)",
      "SELECT repeat('x', 100000) FROM generate_series(1, 100)",
    ]) {
      await expect(run(sql)).rejects.toBeInstanceOf(SqlTooLargeError);
    }
    await nothingUnderWay();
  });

  it('go on without its reader', async () => {
    const reader = new AbortController();
    const answer = runSql(
      people,
      'SELECT pg_sleep(60)',
      { ...LIMITS, milliseconds: 60_000 },
      reader.signal,
    );
    while ((await underWay()) === 0) await delay(10);
    reader.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    await nothingUnderWay();
  });
});

it.each([
  ['a superuser', () => database.url, 'is a superuser'],
  ['the writer', () => urlOf(ROLES.writer), 'may write tables'],
])('runs nothing as %s', async (_, url, fault) => {
  const storage = Storage.open({ url: url(), connections: 1 });
  try {
    const answer = runSql(storage, 'SELECT 1', LIMITS, never);
    await expect(answer).rejects.toBeInstanceOf(UnsafeSqlRoleError);
    await expect(answer).rejects.toThrow(fault);
  } finally {
    await storage.close();
  }
});

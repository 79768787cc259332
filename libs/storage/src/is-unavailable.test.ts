import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { testDatabase } from '@tapeline/testing';
import type { TestDatabase } from '@tapeline/testing';
import { isUnavailable } from './is-unavailable.js';
import { Storage } from './storage.js';

let database: TestDatabase;
let storage: Storage;
const idleErrors: Error[] = [];

beforeAll(async () => {
  database = await testDatabase();
  storage = Storage.open({
    url: database.url,
    connections: 3,
    onError: (error) => idleErrors.push(error),
  });
  await storage.pool.query('CREATE TABLE t (n int PRIMARY KEY)');
});
afterAll(async () => {
  await storage.close();
  await database.drop();
});

const failure = (task: Promise<unknown>): Promise<unknown> =>
  task.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error,
  );

it('is so if nobody listens', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  const away = Storage.open({ url: `postgres://127.0.0.1:${port}/x`, connections: 1 });
  expect(isUnavailable(await failure(away.pool.query('SELECT 1')))).toBe(true);
  await away.close();
});

it('is so if the server ends the session, which the pool survives', async () => {
  const error = await failure(
    storage.transaction(async (client) => {
      await client.query('SELECT pg_terminate_backend(pg_backend_pid())');
    }),
  );
  expect(isUnavailable(error)).toBe(true);

  const { rows } = await storage.pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const killer = Storage.open({ url: database.url, connections: 1 });
  await killer.pool.query('SELECT pg_terminate_backend($1, 5000)', [rows[0]!.pid]);
  await killer.close();
  while (idleErrors.length === 0) await new Promise(setImmediate);
  expect(isUnavailable(idleErrors[0])).toBe(true);
  expect((await storage.pool.query('SELECT 1')).rowCount).toBe(1);
});

it('ends no process if a session ends while its owner is at something else', async () => {
  const client = await storage.pool.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const noticed = new Promise<void>((resolve) => client.once('end', resolve));
  await storage.pool.query('SELECT pg_terminate_backend($1, 5000)', [rows[0]!.pid]);
  await noticed;
  expect(isUnavailable(await failure(client.query('SELECT 1')))).toBe(true);
  client.release(true);
});

it('is so if locks stand in the way', async () => {
  const timeout = await storage.transaction(async (holder) => {
    await holder.query('LOCK TABLE t');
    return failure(
      storage.transaction(async (client) => {
        await client.query("SET LOCAL lock_timeout = '10ms'");
        await client.query('SELECT * FROM t');
      }),
    );
  });
  expect(timeout).toMatchObject({ code: '55P03' });
  expect(isUnavailable(timeout)).toBe(true);
});

it.each(['53300', '53100', '57P01', '57P03', '40001', '40P01', '08006', '25006'])(
  'is so for SQLSTATE %s',
  (code) => {
    expect(isUnavailable(Object.assign(new Error('x'), { code }))).toBe(true);
  },
);

it('is so if any address of a host refuses', () => {
  const refused = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
  expect(isUnavailable(new AggregateError([refused]))).toBe(true);
});

it('is not so if the same would fail again', async () => {
  await storage.pool.query('INSERT INTO t VALUES (1)');
  for (const statement of [
    'INSERT INTO t VALUES (1)',
    'SELECT * FROM nowhere',
    'SELEC',
    'SELECT 1/0',
  ]) {
    expect(isUnavailable(await failure(storage.pool.query(statement)))).toBe(false);
  }
  expect(isUnavailable(new TypeError('x is undefined'))).toBe(false);
  expect(isUnavailable(undefined)).toBe(false);
});

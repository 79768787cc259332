import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseTimestamp } from '@tapeline/records';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { startTestGateway, tradesBatch } from './start-test-gateway.js';
import type { TestGateway } from './start-test-gateway.js';

const ROWS = 500_000;
const MIB = 1024 * 1024;
let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;
let address: string;

beforeAll(async () => {
  database = await testDatabase();
  nats = await testNats();
  gateway = await startTestGateway(database, nats);
  const tsRecv = parseTimestamp('2024-07-01');
  await gateway.store(tradesBatch([{ tsRecv, instrumentId: 1, ordinal: 0 }]));
  await gateway.storage.pool.query(
    `INSERT INTO trades (ts_recv, instrument_id, price, size, sequence, ordinal, publisher_id,
                         ts_in_delta, ts_recv_ns, depth, flags, dataset_id)
     SELECT ts_recv + n * interval '100 milliseconds', 1, n * 1000000000::bigint, 1, n, n, 1, 0, 0, 0, 0, dataset_id
       FROM trades, generate_series(1, $1::int) AS n`,
    [ROWS - 1],
  );
  address = gateway.url + gateway.timeseries({ symbols: '1', stype_in: 'instrument_id' });
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const open = (): Promise<{ response: IncomingMessage; hangUp: () => void }> =>
  new Promise((resolve, reject) => {
    const request = get(address, (response) => {
      response.on('error', () => undefined);
      resolve({ response, hangUp: () => request.destroy() });
    });
    request.on('error', reject);
  });

/** Sessions of the gateway that have a transaction open, but this one. */
const openTransactions = async (): Promise<number> => {
  const { rows } = await gateway.storage.pool.query<{ count: string }>(
    `SELECT count(*) FROM pg_stat_activity
      WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
        AND application_name = 'tapeline'`,
  );
  return Number(rows[0]?.count);
};

const until = async (condition: () => Promise<boolean>): Promise<boolean> => {
  for (const end = Date.now() + 5_000; Date.now() < end; await delay(20)) {
    if (await condition()) return true;
  }
  return false;
};

describe('an answer of 500,000 records', () => {
  it('is whole, and takes little memory however slowly it is read', async () => {
    // What the first answer loads is not of the second.
    await (await fetch(`${address}&limit=20000`)).text();
    collectGarbage();
    const before = process.memoryUsage.rss();
    const { response } = await open();
    response.pause();
    await delay(500); // time in which a careless server would read on
    let most = before;
    let bytes = 0;
    let collected = 0;
    let lines = 0;
    let end = '';
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      for (const byte of chunk) if (byte === 10) lines++;
      end = chunk.subarray(-100).toString();
      // What is held counts, and not when the engine gets round to what is not: it waits for 64 MiB of buffers.
      if (bytes > collected + 8 * MIB) {
        collectGarbage();
        collected = bytes;
      }
      most = Math.max(most, process.memoryUsage.rss());
    }
    expect(bytes).toBeGreaterThan(100 * MIB);
    expect(lines).toBe(ROWS + 2);
    expect(end).toMatch(/\n\],"count":500000,"complete":true\}\n$/);
    expect((most - before) / MIB).toBeLessThan(100);
  });

  it('stops at the database when its reader hangs up', async () => {
    const { response, hangUp } = await open();
    await new Promise((resolve) => response.once('data', resolve));
    expect(await openTransactions()).toBe(1);
    hangUp();
    expect(await until(async () => (await openTransactions()) === 0)).toBe(true);
  });
});

it('a statement that has not begun to answer is cancelled when its client hangs up', async () => {
  const blocker = await gateway.storage.pool.connect();
  try {
    await blocker.query('BEGIN');
    await blocker.query('LOCK TABLE trades IN ACCESS EXCLUSIVE MODE');
    const waiting = async (): Promise<number> => {
      // Not the blocker: within a transaction pg_stat_activity stands still.
      const { rows } = await gateway.storage.pool.query<{ count: string }>(
        `SELECT count(*) FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return Number(rows[0]?.count);
    };
    const request = get(address);
    request.on('error', () => undefined);
    expect(await until(async () => (await waiting()) === 1)).toBe(true);
    request.destroy();
    expect(await until(async () => (await waiting()) === 0)).toBe(true);
  } finally {
    await blocker.query('ROLLBACK');
    blocker.release();
  }
});

it('an answer that the database breaks off is cut, not ended', async () => {
  const { response } = await open();
  await new Promise((resolve) => response.once('data', resolve));
  await gateway.storage.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()`,
  );
  let cut = false;
  let end = '';
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) end = chunk.toString();
  } catch {
    cut = true;
  }
  expect([cut, end.includes('"complete":true')]).toEqual([true, false]);
});

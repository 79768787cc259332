/** Long answers of get_range: exact counts, flat memory, statements that stop, caps that break off. */
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newApiKey } from '@tapeline/contracts';
import { DbnStream } from '@tapeline/dbn';
import { parseTimestamp } from '@tapeline/records';
import { createApiKey, NO_LIMITS } from '@tapeline/storage';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { startTestGateway, tradesBatch } from '../start-test-gateway.js';
import type { TestGateway } from '../start-test-gateway.js';

const ROWS = 500_000;
const MIB = 1024 * 1024;
const OPERATOR = newApiKey();
const RANGE = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: '1',
  stype_in: 'instrument_id',
  start: '2024-07-01',
  encoding: 'dbn',
  compression: 'zstd',
};

let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;

beforeAll(async () => {
  [database, nats] = await Promise.all([testDatabase(), testNats()]);
  gateway = await startTestGateway(database, nats, {
    access: { auth: 'keys', operatorKey: OPERATOR },
  });
  const start = parseTimestamp('2024-07-01');
  await gateway.store(tradesBatch([{ tsRecv: start, instrumentId: 1, ordinal: 0 }]));
  await gateway.hold('trades', 1, start, parseTimestamp('2024-07-02'));
  await gateway.storage.pool.query(
    `INSERT INTO trades (ts_recv, instrument_id, price, size, sequence, ordinal, publisher_id,
                         ts_in_delta, ts_recv_ns, depth, flags, dataset_id)
     SELECT ts_recv + n * interval '100 milliseconds', 1, n * 1000000000::bigint, 1, n, n, 1, 0, 0, 0, 0, dataset_id
       FROM trades, generate_series(1, $1::int) AS n`,
    [ROWS - 1],
  );
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const basic = (key: string) => `Basic ${Buffer.from(`${key}:`).toString('base64')}`;

/** As official clients send it: a form, with the key as the name of a user. */
function post(method: string, fields: Record<string, string> = {}, key = OPERATOR) {
  const request = httpRequest(`${gateway.url}/v0/${method}`, {
    method: 'POST',
    headers: { authorization: basic(key), 'content-type': 'application/x-www-form-urlencoded' },
  });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
  });
  answer.catch(() => undefined);
  request.end(new URLSearchParams({ ...RANGE, ...fields }).toString());
  return { request, answer };
}

const until = async (condition: () => Promise<boolean>): Promise<boolean> => {
  for (const end = Date.now() + 5_000; Date.now() < end; await delay(20)) {
    if (await condition()) return true;
  }
  return false;
};

const sessions = async (condition: string): Promise<number> => {
  const { rows } = await gateway.storage.pool.query<{ count: string }>(
    `SELECT count(*) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${condition}`,
  );
  return Number(rows[0]?.count);
};

it('counts exactly what is sent', async () => {
  const count = async (fields: Record<string, string>) => {
    const answer = await post('metadata.get_record_count', fields).answer;
    return JSON.parse(Buffer.concat(await answer.toArray()).toString()) as unknown;
  };
  expect(await count({})).toBe(ROWS);
  expect(await count({ limit: '1234' })).toBe(1234);
  expect(await count({ start: '2024-07-01T00:00:00.05Z', end: '2024-07-01T00:00:01Z' })).toBe(9);
  expect(await count({ symbols: '2,1' })).toBe(ROWS);
  expect(await count({ symbols: 'ALL_SYMBOLS' })).toBe(ROWS);
});

it('sends every record, and takes little memory however slowly it is read', async () => {
  // What the first answer loads is not of the second.
  (await post('timeseries.get_range', { limit: '20000' }).answer).resume();
  await delay(300);
  collectGarbage();
  const before = process.memoryUsage.rss();
  const answer = await post('timeseries.get_range').answer;
  expect(answer.statusCode).toBe(200);
  answer.pause();
  await delay(500); // time in which a careless server would read on
  let most = process.memoryUsage.rss();
  let rows = 0;
  for await (const batch of await DbnStream.open(answer)) {
    const sequences = batch.column('sequence');
    for (let row = 0; row < batch.length; row++)
      if (sequences[row] !== rows++) throw new Error(`row ${rows}`);
    if (rows % 50_000 < batch.length) collectGarbage();
    most = Math.max(most, process.memoryUsage.rss());
  }
  expect(rows).toBe(ROWS);
  expect((most - before) / MIB).toBeLessThan(100);
});

it.each(['timeseries.get_range', 'metadata.get_record_count'])(
  'stops the statement of %s when its client hangs up',
  async (method) => {
    const blocker = await gateway.storage.pool.connect();
    try {
      await blocker.query('BEGIN');
      await blocker.query('LOCK TABLE trades IN ACCESS EXCLUSIVE MODE');
      const { request } = post(method);
      request.on('error', () => undefined);
      const waiting = () => sessions(`wait_event_type = 'Lock'`);
      expect(await until(async () => (await waiting()) === 1)).toBe(true);
      request.destroy();
      expect(await until(async () => (await waiting()) === 0)).toBe(true);
    } finally {
      await blocker.query('ROLLBACK');
      blocker.release();
    }
  },
);

it('stops sending when its reader hangs up', async () => {
  const { request, answer } = post('timeseries.get_range');
  request.on('error', () => undefined);
  const response = await answer;
  response.on('error', () => undefined);
  await new Promise((resolve) => response.once('data', resolve));
  const open = () => sessions(`xact_start IS NOT NULL AND application_name = 'tapeline'`);
  expect(await open()).toBe(1);
  request.destroy();
  expect(await until(async () => (await open()) === 0)).toBe(true);
});

it("breaks an answer off at the cap of its key, and counts it against the day's quota", async () => {
  const limits = { ...NO_LIMITS, maxRows: 10_000, rowsPerDay: 12_000 };
  const capped = await createApiKey(gateway.storage, {
    name: 'capped',
    role: 'reader',
    expiresAt: null,
    limits,
  });
  const whole = await post('timeseries.get_range', { limit: '5000' }, capped).answer;
  expect([whole.statusCode, (await whole.toArray()).length > 0]).toEqual([200, true]);
  const cut = await post('timeseries.get_range', {}, capped).answer;
  await expect(cut.toArray()).rejects.toThrow('aborted');
  const refused = await post('timeseries.get_range', {}, capped).answer;
  expect(refused.statusCode).toBe(429);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(JSON.parse(Buffer.concat(await refused.toArray()).toString())).toMatchObject({
    detail: { case: 'quota_used_up', status_code: 429 },
  });
});

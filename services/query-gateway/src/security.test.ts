/**
 * What strangers and careless programs may send. `FUZZ_REQUESTS=10000` draws as many requests instead of a thousand, and
 * `FUZZ_SEED` others.
 */
import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newApiKey } from '@tapeline/contracts';
import { parseTimestamp } from '@tapeline/records';
import { createApiKey, NO_LIMITS } from '@tapeline/storage';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import * as fc from 'fast-check';
import { arbitraryRequest } from './fuzz/arbitrary-request.js';
import type { DrawnRequest } from './fuzz/arbitrary-request.js';
import { HOSTILE_VALUES } from './fuzz/hostile-values.js';
import { routesOf } from './openapi/routes-of.js';
import { CONTROLLERS } from './query-gateway.module.js';
import { startTestGateway, tradesBatch } from './start-test-gateway.js';
import type { TestGateway } from './start-test-gateway.js';

const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 1_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const AT_A_TIME = 8;
const OPERATOR = newApiKey();
const SQL_ROLE = `test_${randomUUID().slice(0, 8)}_sql`;
const DAY = parseTimestamp('2024-07-01');

const access = {
  auth: 'keys',
  operatorKey: OPERATOR,
  requestsPerMinute: 0,
  concurrentRequests: 0,
} as const;
const routes = routesOf(CONTROLLERS);

let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;
let reader: string;

beforeAll(async () => {
  database = await testDatabase();
  nats = await testNats();
  const sqlUrl = new URL(database.url);
  [sqlUrl.username, sqlUrl.password] = [SQL_ROLE, SQL_ROLE];
  gateway = await startTestGateway(database, nats, { access, sqlUrl: sqlUrl.href });
  await gateway.store(tradesBatch([{ tsRecv: DAY, instrumentId: 1, ordinal: 0 }]));
  await gateway.map('raw_symbol', 'ESU4', 1, '2024-07-01', '2024-07-02');
  await gateway.hold('trades', 1, DAY, DAY + 86_400_000_000_000n);
  const { pool } = gateway.storage;
  await pool.query(`CREATE ROLE ${SQL_ROLE} LOGIN PASSWORD '${SQL_ROLE}'`);
  await pool.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${SQL_ROLE}`);
  const key = { name: 'reader', role: 'reader', expiresAt: null, limits: NO_LIMITS } as const;
  reader = await createApiKey(gateway.storage, key);
  // Used before others try keys from the same address.
  await gateway.get('/v1/system', { 'x-api-key': reader });
});
afterAll(async () => {
  await gateway.storage.pool.query(`DROP OWNED BY ${SQL_ROLE}`);
  await gateway.storage.pool.query(`DROP ROLE ${SQL_ROLE}`);
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Sends a request as it is: `fetch` would correct some. */
function send({ method, target, headers, body }: DrawnRequest): Promise<Answer> {
  const { hostname, port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path: target, headers });
    request.once('error', reject);
    request.once('response', (response) => {
      const status = response.statusCode ?? 0;
      const type = response.headers['content-type'] ?? '';
      if (type.startsWith('text/event-stream')) {
        // It would go on for ever.
        response.destroy();
        resolve({ status, type, body: '' });
        return;
      }
      text(response).then((all) => resolve({ status, type, body: all }), reject);
    });
    request.end(body);
  });
}

/** Words of a stack, of files and of our statements: none of them is in any hostile value. */
const LEAKS =
  /node_modules|\n\s+at |file:\/\/\/work|\.[jt]s:\d|\bSELECT\b.*\bFROM\b|pg_catalog|ECONN/s;

function expectHarmless(drawn: DrawnRequest, answer: Answer): void {
  const { status, type, body } = answer;
  const isHistorical = drawn.target.startsWith('/v0');
  // What cannot be read is refused before the address counts.
  const isProblem =
    status < 400 ||
    type.startsWith('application/problem+json') ||
    (isHistorical && type.startsWith('application/json'));
  const leak = status < 400 ? null : LEAKS.exec(body)?.[0];
  const seen = { status: status < 500, isProblem, leak: leak ?? null };
  // The request is named where the expectation fails.
  expect({ drawn, body, ...seen }).toEqual({
    drawn,
    body,
    status: true,
    isProblem: true,
    leak: null,
  });
  if (status < 400) return;
  // Databento's own form, or RFC 9457.
  const rfc9457 = { status, detail: expect.any(String), remedy: expect.any(String) };
  const historical = { detail: expect.anything() };
  const isPlain = type.startsWith('application/json');
  expect(JSON.parse(body)).toMatchObject(isPlain ? historical : rfc9457);
}

const asOperator = { authorization: `Bearer ${OPERATOR}` };

describe('a hostile value', () => {
  const parameters = routes.flatMap(({ method, path, operation }) =>
    Object.keys(operation?.query?.shape ?? {}).map((name) => ({ method, path, name })),
  );

  it.each(parameters)(
    'in $name of $method $path is only a value',
    async ({ method, path, name }) => {
      for (const value of HOSTILE_VALUES) {
        const query = new URLSearchParams({
          ...(path === '/v1/timeseries' && {
            dataset: 'GLBX.MDP3',
            schema: 'trades',
            symbols: 'ESU4',
            start: '2024-07-01',
          }),
          [name]: value.toWellFormed(),
        });
        const target = `${path}?${query.toString()}`;
        const drawn = { method, target, headers: asOperator, body: undefined };
        const answer = await send(drawn);
        expectHarmless(drawn, answer);
        expect(answer.status).toBeLessThan(500);
      }
    },
  );

  it.each(routes.filter(({ path }) => path.includes(':')))(
    'in the address of $method $path is only a value',
    async ({ method, path }) => {
      // At a time, since the events of a job that nobody knows are waited for.
      await Promise.all(
        HOSTILE_VALUES.map(async (value) => {
          const target = path.replaceAll(/:\w+/g, encodeURIComponent(value.toWellFormed()));
          const drawn = { method, target, headers: asOperator, body: undefined };
          const answer = await send(drawn);
          expectHarmless(drawn, answer);
          expect(answer.status).toBeLessThan(500);
        }),
      );
    },
  );

  it('as a key is none', async () => {
    for (const value of HOSTILE_VALUES) {
      const user = Buffer.from(`${value}:`).toString('base64');
      const headers = { authorization: `Basic ${user}` };
      const drawn = { method: 'GET', target: '/v1/jobs', headers, body: undefined };
      const answer = await send(drawn);
      expectHarmless(drawn, answer);
      expect([401, 429]).toContain(answer.status);
    }
  });

  it('changes nothing that is stored', async () => {
    const { rows } = await gateway.storage.pool.query<{ trades: string; symbols: string }>(
      'SELECT (SELECT count(*) FROM trades) AS trades, (SELECT count(*) FROM symbology) AS symbols',
    );
    expect(rows).toEqual([{ trades: '1', symbols: '1' }]);
  });
});

describe('every operation', () => {
  const closed = routes.filter(({ operation }) => operation?.role !== 'anybody');

  it.each(closed)('$method $path asks for a key', async ({ method, path }) => {
    const target = path.replaceAll(/:\w+/g, '1');
    const drawn = { method, target, headers: {}, body: undefined };
    const without = await send(drawn);
    expectHarmless(drawn, without);
    expect(without.status).toBe(401);
    const wrong = await send({ ...drawn, headers: { 'x-api-key': newApiKey() } });
    expect([401, 429]).toContain(wrong.status);
  });

  const writes = routes.filter(({ operation }) => operation?.role === 'operator');
  it.each(writes)("$method $path asks for an operator's", async ({ method, path }) => {
    const target = path.replaceAll(/:\w+/g, '1');
    const headers = { authorization: `Bearer ${reader}` };
    expect((await send({ method, target, headers, body: undefined })).status).toBe(403);
  });
});

describe('too much', () => {
  const post = (body: string, target = '/v1/jobs') =>
    send({
      method: 'POST',
      target,
      headers: { ...asOperator, 'content-type': 'application/json' },
      body,
    });

  it.each([
    ['a body of 2 MiB', () => post(JSON.stringify({ file: 'x'.repeat(2 ** 21) })), 413],
    ['a body of many levels', () => post('['.repeat(100_000) + ']'.repeat(100_000)), 422],
    ['a body with a prototype', () => post('{"__proto__": {"role": "operator"}}'), 400],
    ['a long statement', () => post(JSON.stringify({ sql: 'x'.repeat(200_000) }), '/v1/sql'), 400],
    [
      'many symbols',
      () =>
        send({
          method: 'GET',
          target: `/v1/timeseries?dataset=GLBX.MDP3&schema=trades&start=2024-07-01&symbols=${Array.from({ length: 2_001 }, (_, i) => i).join(',')}`,
          headers: asOperator,
          body: undefined,
        }),
      400,
    ],
    [
      'a long address',
      () =>
        send({
          method: 'GET',
          target: `/v1/jobs?limit=${'1'.repeat(200_000)}`,
          headers: asOperator,
          body: undefined,
        }),
      431,
    ],
    [
      'a long header',
      () =>
        send({
          method: 'GET',
          target: '/v1/jobs',
          headers: { ...asOperator, 'x-long': 'x'.repeat(200_000) },
          body: undefined,
        }),
      431,
    ],
  ])('%s is refused', async (_, ask, status) => {
    const answer = await ask();
    expect(answer.status).toBe(status);
    expect(answer.type).toContain('application/problem+json');
    expect(answer.body).not.toMatch(LEAKS);
  });

  it('bytes that are no request are refused', async () => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    socket.end('\x16\x03\x01 hello\r\n\r\n');
    const answer = await text(socket);
    expect(answer).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json/,
    );
  });
});

it('SQL is answered in each format, and its faults are told', async () => {
  const ask = async (body: object, accept = '*/*'): Promise<Answer> =>
    send({
      method: 'POST',
      target: '/v1/sql',
      headers: { ...asOperator, accept, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const sql = `SELECT i::int8 AS i, 1.50 AS p, '{"a": 1e400}'::jsonb AS j, 'a,"b"' AS t, NULL AS n
                 FROM generate_series(1, 3) AS i;`;
  const json = await ask({ sql, limit: 2 });
  expect(json.body).toContain('["1","1.50",{"a": 1');
  expect(JSON.parse(json.body.replaceAll(/1(0{10,})/g, '1'))).toMatchObject({
    columns: [{ name: 'i', type: 'int8' }, { type: 'numeric' }, { type: 'jsonb' }, {}, {}],
    rows: [
      ['1', '1.50', { a: 1 }, 'a,"b"', null],
      ['2', '1.50', {}, 'a,"b"', null],
    ],
    count: 2,
    complete: false,
  });
  const lines = (await ask({ sql: 'VALUES (1), (2)' }, 'application/x-ndjson')).body;
  expect(lines).toBe('{"column1":1}\n{"column1":2}\n{"count":2,"complete":true}\n');
  const csv = await ask({ sql: `SELECT 'a,"b"' AS t, '' AS e, NULL AS n`, encoding: 'csv' });
  expect(csv.body).toBe('t,e,n\n"a,""b""","",\n');
  const fault = await ask({ sql: 'DELETE FROM trades' });
  expect([fault.status, JSON.parse(fault.body)]).toMatchObject([
    422,
    { type: 'urn:tapeline:problem:sql-refused', sqlstate: '42601' },
  ]);
});

it(`${REQUESTS} drawn requests, seed ${SEED}, do no harm`, async () => {
  const arbitrary = arbitraryRequest(routes, [OPERATOR, OPERATOR, OPERATOR, reader]);
  const drawn = fc.sample(arbitrary, { numRuns: REQUESTS, seed: SEED });
  const statuses = new Map<number, number>();
  const next = drawn.values();
  await Promise.all(
    Array.from({ length: AT_A_TIME }, async () => {
      for (const one of next) {
        const answer = await send(one);
        expectHarmless(one, answer);
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      }
    }),
  );
  // Most are nearly right: what only ever is refused would test little.
  expect(statuses.get(200)).toBeGreaterThan(REQUESTS / 20);
  expect([...statuses.keys()].toSorted((a, b) => a - b)).toEqual(
    expect.arrayContaining([200, 400, 401, 403, 404, 422]),
  );
  if (process.env['FUZZ_REQUESTS'] !== undefined) console.log(Object.fromEntries(statuses));
}, 600_000);

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseTimestamp } from '@tapeline/records';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { startTestGateway, tradesBatch } from './start-test-gateway.js';
import type { TestGateway } from './start-test-gateway.js';

const DAY = parseTimestamp('2024-07-01');
let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;

beforeAll(async () => {
  database = await testDatabase();
  nats = await testNats();
  gateway = await startTestGateway(database, nats);
  await gateway.store(tradesBatch([{ tsRecv: DAY, instrumentId: 1, ordinal: 0 }]));
  for (const symbol of ['CLQ4', 'ESM4', 'ESU4', 'ESZ4', 'NQU4']) {
    await gateway.map('raw_symbol', symbol, 1, '2024-07-01', '2024-07-02');
  }
  await gateway.map('continuous', 'ES.c.0', 1, '2024-07-01', '2024-07-02');
  await gateway.hold('trades', 1, DAY, DAY + 86_400_000_000_000n);
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

/** The problem that answers a request; every one has the members of RFC 9457 and a remedy. */
async function problem(path: string, init: RequestInit = {}): Promise<Record<string, unknown>> {
  const response = await fetch(gateway.url + path, init);
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  const details = (await response.json()) as Record<string, unknown>;
  expect(details).toMatchObject({
    type: expect.stringMatching(/^urn:tapeline:problem:[a-z-]+$/),
    title: expect.any(String),
    status: response.status,
    detail: expect.any(String),
    instance: path.split('?', 1)[0],
    remedy: expect.stringMatching(/\w/),
  });
  expect(JSON.stringify(details)).not.toMatch(/SELECT|node_modules|\bat [\w.]+ \(/);
  return details;
}

describe('a query', () => {
  it('of an unknown dataset is told which are held', async () => {
    expect(
      await problem(gateway.timeseries({ dataset: 'XNAS.ITCH', symbols: 'AAPL' })),
    ).toMatchObject({
      type: 'urn:tapeline:problem:unknown-dataset',
      status: 404,
      known_datasets: ['GLBX.MDP3'],
      remedy: expect.stringContaining('GLBX.MDP3'),
    });
  });

  it('of an unknown schema is told which there are', async () => {
    const details = await problem(gateway.timeseries({ schema: 'trade', symbols: 'ESU4' }));
    expect(details).toMatchObject({
      type: 'urn:tapeline:problem:invalid-parameters',
      status: 400,
      detail: expect.stringContaining('tbbo, trades'),
    });
  });

  it('of an unknown symbol is told the nearest ones', async () => {
    expect(await problem(gateway.timeseries({ symbols: 'ESU4,ESV4' }))).toMatchObject({
      type: 'urn:tapeline:problem:unknown-symbol',
      status: 404,
      detail: `GLBX.MDP3 has no raw_symbol 'ESV4'`,
      unknown_symbols: ['ESV4'],
      known_symbols: expect.arrayContaining(['ESU4', 'ESZ4', 'ESM4']),
      remedy: expect.stringContaining('5 symbols of GLBX.MDP3 are known as raw_symbol'),
    });
  });

  it('that names a symbol of another kind is told the kind', async () => {
    expect(await problem(gateway.timeseries({ symbols: 'ES.c.0' }))).toMatchObject({
      status: 404,
      remedy: expect.stringContaining(`'ES.c.0' is known with stype_in=continuous`),
    });
  });

  it('of a range of which nothing is held is told what is', async () => {
    expect(
      await problem(gateway.timeseries({ symbols: 'ESU4', start: '2023-01-01' })),
    ).toMatchObject({
      type: 'urn:tapeline:problem:nothing-held',
      status: 404,
      held: [{ start: '2024-07-01T00:00:00.000000000Z', end: '2024-07-02T00:00:00.000000000Z' }],
      held_schemas: ['trades'],
    });
  });

  it('of a schema of which nothing is held is told which are', async () => {
    expect(
      await problem(gateway.timeseries({ symbols: 'ESU4', schema: 'ohlcv-1d' })),
    ).toMatchObject({
      status: 404,
      held: [],
      held_schemas: ['trades'],
      remedy: expect.stringContaining('the schemas held are trades'),
    });
  });

  it('that cannot be is unprocessable', async () => {
    const path = gateway.timeseries({ symbols: 'ESU4', end: '2024-07-01' });
    expect(await problem(path)).toMatchObject({
      type: 'urn:tapeline:problem:impossible-request',
      status: 422,
    });
  });
});

describe('the way of HTTP', () => {
  it.each([
    ['/', {}, 404],
    ['/v2/timeseries', {}, 404],
    ['/v1/timeseries', { method: 'PUT' }, 404],
    ['/v1/jobs?since=1', {}, 400],
    ['/v1/jobs?limit=1001', {}, 400],
    ['/v1/jobs/no%20id', {}, 404],
    ['/v1/jobs/unknown', {}, 404],
    [
      '/v1/jobs',
      { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } },
      400,
    ],
    ['/v1/jobs', { method: 'POST', body: 'x', headers: { 'content-type': 'text/html' } }, 415],
    ['/v1/jobs', { method: 'POST', body: '{}', headers: { 'content-type': 'text/plain' } }, 422],
  ])('%s %j has status %i', async (path, init, status) => {
    expect(await problem(path, init)).toMatchObject({ status });
  });
});

describe('without a database', () => {
  it('queries, jobs and readiness are unavailable for now', async () => {
    const { pool } = gateway.storage;
    await pool.query('ALTER TABLE dataset RENAME TO moved');
    try {
      const query = await problem(gateway.timeseries({ symbols: 'ESU4' }));
      expect(query).toMatchObject({
        type: 'urn:tapeline:problem:database-unavailable',
        status: 503,
        remedy: expect.stringContaining('start the writer'),
      });
      expect(await problem('/readyz')).toMatchObject({
        status: 503,
        checks: { database: 'the database does not answer or has no tables', bus: 'ok' },
      });
      const response = await gateway.get('/readyz');
      expect(response.headers.get('retry-after')).toBe('5');
    } finally {
      await pool.query('ALTER TABLE moved RENAME TO dataset');
    }
    const ready = await gateway.get('/readyz');
    expect(await ready.json()).toEqual({ ok: true, checks: { database: 'ok', bus: 'ok' } });
  });
});

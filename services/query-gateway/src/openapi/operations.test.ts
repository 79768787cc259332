/** Every method of a controller says what it takes and gives, and gives just that. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { parseTimestamp, recordsOf } from '@tapeline/records';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import type { z } from 'zod';
import { AccessGuard } from '../access/access.guard.js';
import type { Access } from '../access/access.js';
import { CONTROLLERS } from '../query-gateway.module.js';
import { DATASET, startTestGateway } from '../start-test-gateway.js';
import type { TestGateway } from '../start-test-gateway.js';
import { routesOf } from './routes-of.js';

const CHUNK = 'c0ffee00c0ffee00c0ff';
const TIME = parseTimestamp('2024-07-01T13:30:00.123456789Z');
const QUOTE = { usd: 1.5, records: 3, bytes: 144 };
let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;

beforeAll(async () => {
  database = await testDatabase();
  nats = await testNats();
  gateway = await startTestGateway(database, nats);
  await gateway.map('raw_symbol', 'ESU4', 5602, '2024-07-01', '2024-07-02');
  await gateway.hold('trades', 5602, TIME, TIME + 10n);
  await gateway.store(
    recordsOf('definition', [{ instrument_id: 5602, ts_recv: TIME, leg_count: 1, leg_side: 'B' }]),
  );
  const run = (sql: string, values: unknown[]) => gateway.storage.pool.query(sql, values);
  await run(`INSERT INTO dataset (code) VALUES ($1) ON CONFLICT DO NOTHING`, [DATASET]);
  await run(
    `INSERT INTO job (job_id, command, dataset, schema, state, reason, message, not_found, partial, accepted_at, quote)
     VALUES ('waiting', $1, $2, 'trades', 'awaiting_approval', 'over_job_limit', 'costs 1.5', '[]', '["X"]', now(), $3)`,
    [
      { symbols: ['ESU4'] },
      DATASET,
      {
        ...QUOTE,
        requests: [
          {
            symbols: ['ESU4'],
            stype_in: 'raw_symbol',
            start: '1',
            end: '2',
            chunks: 1,
            quote: QUOTE,
          },
        ],
        archived: 0,
        some_held: false,
      },
    ],
  );
  await run(
    `INSERT INTO quarantine (dataset, schema, chunk_id, batch_id, job_id, ordinal, instrument_id, ts_ns, rule, reason, record, rules_version)
     VALUES ($1, 'trades', $2, 'b', 'j', 0, 5602, $3, 'price_undefined', 'why', $4, 'v')`,
    [DATASET, CHUNK, TIME, { ts_recv: String(TIME), price: null, size: 0 }],
  );
  await run(
    `INSERT INTO replay (replay_id, command, state, details) VALUES ('old', $1, 'completed', $2)`,
    [
      { source: 'quarantine', filter: {}, dry_run: true },
      { by_rule: { x: { refused: 1 } }, changes: { stored_now: 1, refused_now: 0 } },
    ],
  );
  await run(
    `INSERT INTO chunk (chunk_id, dataset, schema, request, start_ns, end_ns, state) VALUES ($1, $2, 'trades', '{}', $3, $4, 'complete')`,
    [CHUNK, DATASET, TIME, TIME + 1n],
  );
  await run(
    `INSERT INTO finding (chunk_id, "check", instrument_id, start_ns, end_ns, severity, message, details, rules_version)
     VALUES ($1, 'gaps', -1, $2, $3, 'info', 'silent', '{"a": 1}', 'v')`,
    [CHUNK, TIME, TIME + 5n],
  );
  await run(`INSERT INTO spend VALUES ($1, 0, 'j', $2, 'trades', now(), 3, 144, 0, false, 1.5)`, [
    CHUNK,
    DATASET,
  ]);
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

const routes = routesOf(CONTROLLERS);

it('is described, all of it', () => {
  expect(routes.length).toBeGreaterThan(15);
  expect(routes.filter(({ operation }) => !operation).map(({ name }) => name)).toEqual([]);
  for (const { path, operation } of routes) {
    const named = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
    expect([path, Object.keys(operation?.path?.shape ?? {})]).toEqual([path, named]);
  }
});

it('is for everybody only where that is meant, and writes are for operators', () => {
  const open = routes.filter(({ operation }) => operation?.role === 'anybody');
  expect(open.map(({ path }) => path)).toEqual([
    '/healthz',
    '/readyz',
    '/openapi.json',
    '/docs',
    '/docs/:file',
  ]);
  const writes = routes.filter(({ operation }) => operation?.role === 'operator');
  expect(writes.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['/v1/jobs', '/v1/quarantine/replay', '/v1/quarantine/discard']),
  );
});

it('is not answered if nobody described it', async () => {
  @Controller('bare')
  class Bare {
    @Get()
    read(this: void) {}
  }
  expect(routesOf([Bare])).toMatchObject([{ path: '/bare', operation: undefined }]);
  const guard = new AccessGuard({} as Access);
  const context = {
    getHandler: () => Bare.prototype.read,
    getClass: () => Bare,
  } as unknown as ExecutionContext;
  await expect(guard.canActivate(context)).rejects.toThrow('Bare.read has no @Operation');
});

it.each([
  ['/healthz', undefined],
  ['/readyz', undefined],
  ['/v1/system', undefined],
  ['/v1/costs', undefined],
  ['/v1/coverage', undefined],
  ['/v1/jobs', undefined],
  ['/v1/jobs/waiting', undefined],
  ['/v1/quarantine', undefined],
  ['/v1/quarantine/stats?by=instrument', undefined],
  ['/v1/quarantine/1', undefined],
  ['/v1/replays', undefined],
  ['/v1/replays/old', undefined],
  ['/v1/findings', undefined],
  ['/v1/datasets', undefined],
  ['/v1/schemas', undefined],
  ['/v1/schemas/definition', undefined],
  ['/v1/symbology/resolve?dataset=GLBX.MDP3&symbols=ESU4&start_date=2024-07-01', undefined],
  ['/v1/instruments?date=2024-07-02', undefined],
  ['/v1/instruments/GLBX.MDP3/5602?date=2024-07-02', undefined],
  ['/v1/jobs/waiting/cancel', {}],
  [
    '/v1/jobs',
    { dataset: DATASET, schema: 'trades', symbols: 'X', start: '2024-07-01', dry_run: true },
  ],
  ['/v1/jobs/waiting/refuse', {}],
  ['/v1/jobs', { file: '/data/x.dbn' }],
  ['/v1/quarantine/replay', { source: 'quarantine' }],
  ['/v1/quarantine/discard', { filter: { rule: 'x' } }],
])('%s gives what it says', async (address, body: object | undefined) => {
  const path = address.split('?', 1)[0]!;
  const method = body === undefined ? 'GET' : 'POST';
  // As the router does: a fixed part goes before a name.
  const route = [...routes]
    .toSorted((a, b) => a.path.split(':').length - b.path.split(':').length)
    .find(
      (one) =>
        one.method === method &&
        new RegExp(`^${one.path.replaceAll(/:\w+/g, '[^/]+')}$`).test(path),
    )!;
  const response = await fetch(gateway.url + address, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  expect(response.status).toBe(route.operation!.status ?? 200);
  const answer: unknown = await response.json();
  // Parsing drops what a schema does not name.
  expect((route.operation!.answers['application/json'] as z.ZodType).parse(answer)).toEqual(answer);
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SCHEMA_NAMES } from '@tapeline/records';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { DATASET, startTestGateway, tradesBatch } from './start-test-gateway.js';
import type { TestGateway } from './start-test-gateway.js';

const DAY = 86_400_000_000_000n;
const START = 1_719_792_000_000_000_000n;

let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;

beforeAll(async () => {
  database = await testDatabase();
  nats = await testNats();
  gateway = await startTestGateway(database, nats);
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

const ask = async (path: string) => {
  const response = await gateway.get(path);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

it('nothing is held at first', async () => {
  expect(await ask('/v1/datasets')).toEqual({ status: 200, body: { datasets: [] } });
});

it('tells what is held of datasets and schemas', async () => {
  const records = [0, 1, 2].map((n) => ({ tsRecv: START, instrumentId: 1, ordinal: n }));
  await gateway.store(tradesBatch(records));
  await gateway.hold('trades', 1, START, START + DAY);
  await gateway.hold('trades', 2, START + DAY, START + 3n * DAY + 1n);
  await gateway.hold('tbbo', 1, START, START + DAY);
  // One of the three rows has been replaced, and another waits to replace one.
  await gateway.storage.pool.query("UPDATE chunk SET replaced = 1 WHERE chunk_id = 'held1'");
  await gateway.storage.pool.query(
    `INSERT INTO chunk (chunk_id, dataset, schema, request, start_ns, end_ns, state)
          VALUES ('waiting', $1, 'trades', '{"replaces": "job"}', 0, 1, 'fetched')`,
    [DATASET],
  );
  await gateway.storage.pool.query(
    `INSERT INTO ledger (batch_id, part, chunk_id, job_id, dataset, schema, fetched, stored, quarantined,
                         filtered, sha256, rules_version)
          VALUES ('waiting.0', 'stored', 'waiting', 'job', $1, 'trades', 5, 5, 0, 0, '', '')`,
    [DATASET],
  );
  await gateway.storage.pool.query(
    `INSERT INTO dataset_day (dataset, date, condition) VALUES
       ($1, '2024-07-01', 'available'), ($1, '2024-07-02', 'available'), ($1, '2024-07-03', 'degraded')`,
    [DATASET],
  );
  const trades = {
    start: '2024-07-01T00:00:00.000000000Z',
    end: '2024-07-04T00:00:00.000000001Z',
    chunks: 2,
    rows: 2,
    quarantined: 0,
    filtered: 0,
    last_ingested_at: expect.stringMatching(/^\d{4}-.*Z$/),
  };
  const { body } = await ask('/v1/datasets');
  expect(body).toEqual({
    datasets: [
      {
        dataset: DATASET,
        schemas: [
          {
            ...trades,
            schema: 'tbbo',
            end: '2024-07-02T00:00:00.000000000Z',
            chunks: 1,
            rows: 0,
            last_ingested_at: null,
          },
          { schema: 'trades', ...trades },
        ],
        conditions: { available: 2, degraded: 1 },
        last_ingested_at: trades.last_ingested_at,
      },
    ],
  });

  const schema = await ask('/v1/schemas/trades');
  expect(schema.body).toMatchObject({
    schema: 'trades',
    index_timestamp: 'ts_recv',
    record_bytes: 48,
    held: [{ dataset: DATASET, ...trades }],
  });
  const fields = schema.body['fields'] as { name: string }[];
  expect(fields.map(({ name }) => name)).not.toContain('ordinal');
  expect(fields.find(({ name }) => name === 'price')).toEqual({
    name: 'price',
    type: 'price',
    unit: '1e-9',
    nullable: true,
    derived: false,
    sql: 'price bigint',
    meaning: expect.stringMatching(/./),
  });
  expect(fields.find(({ name }) => name === 'ts_recv')).toMatchObject({
    type: 'timestamp',
    unit: 'nanoseconds since 1970',
    nullable: false,
    sql: 'ts_recv timestamptz, ts_recv_ns smallint',
  });
});

it('describes every schema, columns of rules included', async () => {
  await gateway.storage.pool.query(
    `ALTER TABLE trades ADD COLUMN notional bigint;
     COMMENT ON COLUMN trades.notional IS 'decimal: price times size'`,
  );
  const { body } = await ask('/v1/schemas');
  const schemas = body['schemas'] as { schema: string; fields: object[] }[];
  expect(schemas.map(({ schema }) => schema)).toEqual(SCHEMA_NAMES);
  expect(schemas.find(({ schema }) => schema === 'trades')!.fields.at(-1)).toEqual({
    name: 'notional',
    type: 'decimal',
    unit: '1e-9',
    nullable: true,
    derived: true,
    sql: 'notional bigint',
    meaning: 'price times size',
  });
});

it.each([
  ['/v1/datasets?dataset=X', /^dataset: is not a parameter/],
  ['/v1/schemas?x=1', /^x: is not a parameter/],
  ['/v1/schemas/mbp-5', /^schema: 'mbp-5' is no schema/],
])('refuses %s', async (path, detail) => {
  expect(await ask(path)).toMatchObject({
    status: 400,
    body: {
      type: 'urn:tapeline:problem:invalid-parameters',
      detail: expect.stringMatching(detail),
    },
  });
});

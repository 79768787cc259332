import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parseTimestamp } from '@tapeline/records';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { DATASET, startTestGateway } from './start-test-gateway.js';
import type { TestGateway } from './start-test-gateway.js';

let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;

beforeAll(async () => {
  database = await testDatabase();
  nats = await testNats();
  gateway = await startTestGateway(database, nats);
  await gateway.map('raw_symbol', 'ESU4', 1, '2024-07-01', '2024-08-01');
  await gateway.map('continuous', 'ES.c.0', 1, '2024-07-01', '2024-08-01');
  const times = ['2024-07-05', '2024-07-08', '2024-07-08T12:00:00.000000001'] as const;
  const [start, end, later] = times.map((time) => parseTimestamp(time));
  await gateway.hold('trades', 1, start!, end!);
  await gateway.hold('trades', 1, end!, later!);
  await gateway.hold('tbbo', 2, start!, end!);
  await gateway.storage.pool.query(
    `INSERT INTO dataset_day (dataset, date, condition, last_modified)
          VALUES ($1, '2024-07-05', 'available', '2024-07-06'), ($1, '2024-07-07', 'degraded', '2024-07-08'),
                 ($1, '2024-07-08', 'available', '2024-07-09')`,
    [DATASET],
  );
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

async function ask(parameters: Record<string, string> = {}) {
  const query = new URLSearchParams(parameters).toString();
  const response = await gateway.get(`/v1/coverage?${query}`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

it('tells days by state, with the parts that are held', async () => {
  const range = {
    degraded: false,
    stale: false,
    last_modified_date: null,
    instrument_id: 1,
    raw_symbol: 'ESU4',
    quarantined: 0,
    held: [],
  };
  const dates = { start: '2024-07-05', end: '2024-07-09' };
  const { status, body } = await ask({
    dataset: DATASET,
    schema: 'trades',
    symbols: 'ES.c.0',
    stype_in: 'continuous',
  });
  expect(status).toBe(200);
  expect(body).toEqual({
    rows: [
      {
        dataset: DATASET,
        schema: 'trades',
        symbol: 'ES.c.0',
        ...dates,
        days: { held: 2, held_partly: 1, no_session: 1 },
        stale_days: 0,
        ranges: [
          { ...range, state: 'held', start: '2024-07-05', end: '2024-07-06' },
          { ...range, state: 'no_session', start: '2024-07-06', end: '2024-07-07' },
          { ...range, state: 'held', start: '2024-07-07', end: '2024-07-08', degraded: true },
          {
            ...range,
            state: 'held_partly',
            start: '2024-07-08',
            end: '2024-07-09',
            held: [
              {
                start: '2024-07-08T00:00:00.000000000Z',
                end: '2024-07-08T12:00:00.000000001Z',
              },
            ],
          },
        ],
      },
    ],
    nothing_held: [],
    left_off: 0,
  });
});

it('widens times to days, and without symbols tells of all', async () => {
  const { body } = await ask({ start: '2024-07-05T18:00', end: '2024-07-06T00:00:01' });
  expect(body).toMatchObject({
    rows: [
      { schema: 'tbbo', symbol: '2', start: '2024-07-05', end: '2024-07-07' },
      { schema: 'trades', symbol: 'ESU4', start: '2024-07-05', end: '2024-07-07' },
    ],
  });
  expect((await ask({ limit: '1' })).body).toMatchObject({ rows: [{ symbol: '2' }], left_off: 1 });
  expect((await ask({ stale: 'true' })).body).toMatchObject({ rows: [], left_off: 0 });
});

it.each<[Record<string, string>, number, string, RegExp]>([
  [{ dataset: 'glbx' }, 400, 'invalid-parameters', /^dataset: a dataset looks like GLBX.MDP3/],
  [{ schema: 'trade' }, 400, 'invalid-parameters', /^schema: 'trade' is no schema/],
  [{ start: 'July' }, 400, 'invalid-parameters', /^start: 'July' is not a time/],
  [{ end: '2500-01-01' }, 400, 'invalid-parameters', /^end: '2500-01-01' is after 2262-04-11/],
  [{ stale: 'yes' }, 400, 'invalid-parameters', /^stale: /],
  [{ limit: '0' }, 400, 'invalid-parameters', /^limit: limit is a whole number above 0/],
  [{ limit: '1001' }, 400, 'invalid-parameters', /^limit: limit is at most 1000/],
  [{ date: '2024-07-01' }, 400, 'invalid-parameters', /^date: is not a parameter/],
  [{ symbols: 'ESU4' }, 400, 'invalid-parameters', /^symbols: .* only together with a dataset/],
  [{ start: '2024-07-02', end: '2024-07-02' }, 422, 'impossible-request', /^end is not after/],
  [{ dataset: DATASET, symbols: 'X', stype_in: 'instrument_id' }, 422, 'impossible-request', /'X'/],
  [{ dataset: 'XNAS.ITCH' }, 404, 'unknown-dataset', /^nothing of XNAS.ITCH is held/],
  [{ dataset: DATASET, symbols: 'ESU5' }, 404, 'unknown-symbol', /has no raw_symbol 'ESU5'/],
])('refuses %j', async (parameters, status, kind, detail) => {
  const answer = await ask(parameters);
  expect(answer).toMatchObject({
    status,
    body: {
      type: `urn:tapeline:problem:${kind}`,
      detail: expect.stringMatching(detail),
      instance: '/v1/coverage',
      remedy: expect.stringMatching(/\w/),
    },
  });
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { recordsOf } from '@tapeline/records';
import type { GivenRecord } from '@tapeline/records';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { DATASET, startTestGateway } from './start-test-gateway.js';
import type { TestGateway } from './start-test-gateway.js';

let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;

const UNSET = 2n ** 64n - 1n;
const future = (id: number, time: string, more: GivenRecord = {}): GivenRecord => ({
  instrument_id: id,
  ts_recv: time,
  ts_event: time,
  raw_symbol: 'ESU4',
  asset: 'ES',
  instrument_class: 'F',
  expiration: '2024-09-20T13:30:00.000000001',
  activation: UNSET,
  min_price_increment: '0.25',
  ...more,
});

beforeAll(async () => {
  database = await testDatabase();
  nats = await testNats();
  gateway = await startTestGateway(database, nats);
  const spread = { raw_symbol: 'ESU4-ESZ4', instrument_class: 'S', leg_count: 2 };
  await gateway.store(
    recordsOf('definition', [
      future(1, '2024-07-01', { high_limit_price: '-0.000000001', raw_instrument_id: UNSET }),
      future(1, '2024-07-03', { min_price_increment: '0.1' }),
      future(2, '2024-07-01', { raw_symbol: 'CLQ4', asset: 'CL', expiration: '2024-07-22' }),
      future(2, '2024-07-22', { raw_symbol: 'CLQ4', asset: 'CL', security_update_action: 'D' }),
      // The same number on a later day.
      future(2, '2024-08-01', { raw_symbol: 'NGZ4', asset: 'NG', expiration: '2024-11-26' }),
      ...[1, 0].map((leg) =>
        future(3, '2024-07-01', {
          ...spread,
          leg_index: leg,
          leg_instrument_id: leg === 0 ? 1 : 7,
          leg_raw_symbol: leg === 0 ? 'ESU4' : 'ESZ4',
          leg_side: leg === 0 ? 'B' : 'A',
          leg_price: leg === 0 ? '5530.25' : '5590',
        }),
      ),
      future(4, '2024-07-01', {
        raw_symbol: 'SPY',
        asset: '',
        exchange: 'XNAS',
        instrument_class: 'K',
        expiration: UNSET,
      }),
    ]),
  );
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

interface Listed {
  readonly date: string;
  readonly instruments: Record<string, unknown>[];
  readonly next_cursor: string | null;
}

async function ask(path: string, parameters: Record<string, string> = {}) {
  const query = new URLSearchParams(parameters).toString();
  const response = await gateway.get(`/v1/instruments${path}?${query}`);
  return {
    status: response.status,
    body: (await response.json()) as Listed & Record<string, unknown>,
  };
}
const symbolsOf = ({ body }: { body: Listed }) =>
  body.instruments.map(({ raw_symbol: symbol }) => symbol);
const list = async (parameters: Record<string, string>) => symbolsOf(await ask('', parameters));

it('shows the definition of the day, every value exact and nulls where it is unset', async () => {
  const path = `/${DATASET}/1`;
  const { status, body } = await ask(path, { date: '2024-07-02' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    dataset: DATASET,
    instrument_id: 1,
    raw_symbol: 'ESU4',
    instrument_class: 'F',
    instrument_class_name: 'future',
    min_price_increment: '0.250000000',
    high_limit_price: '-0.000000001',
    low_limit_price: null,
    expiration: '2024-09-20T13:30:00.000000001Z',
    activation: null,
    raw_instrument_id: String(UNSET),
    ts_recv: '2024-07-01T00:00:00.000000000Z',
    legs: [],
  });
  const later = await ask(path, { date: '2024-07-03' });
  expect(later.body).toMatchObject({ min_price_increment: '0.100000000', high_limit_price: null });
  // Today, when it has long expired, the last definition is the one that is known.
  expect((await ask(path)).body).toMatchObject({ min_price_increment: '0.100000000' });
  expect(await ask(path, { date: '2024-06-30' })).toMatchObject({
    status: 404,
    body: {
      type: 'urn:tapeline:problem:unknown-instrument',
      detail: 'GLBX.MDP3 has no definition of instrument 1 up to 2024-06-30',
    },
  });
});

it('gives a spread its legs, in order', async () => {
  const { body } = await ask(`/${DATASET}/3`, { date: '2024-07-01' });
  expect(body).toMatchObject({
    raw_symbol: 'ESU4-ESZ4',
    leg_count: 2,
    legs: [
      { leg_index: 0, leg_raw_symbol: 'ESU4', leg_side: 'B', leg_price: '5530.250000000' },
      { leg_index: 1, leg_raw_symbol: 'ESZ4', leg_side: 'A', leg_price: '5590.000000000' },
    ],
  });
});

it('lets a number mean another instrument on another day', async () => {
  const on = (date: string) => list({ date, dataset: DATASET });
  expect(await on('2024-07-22')).toEqual(['ESU4', 'CLQ4', 'ESU4-ESZ4', 'SPY']);
  // Deleted, and not yet used again.
  expect(await on('2024-07-23')).toEqual(['ESU4', 'ESU4-ESZ4', 'SPY']);
  expect(await on('2024-08-01')).toEqual(['ESU4', 'NGZ4', 'ESU4-ESZ4', 'SPY']);
  expect(await list({ date: '2024-08-01', asset: 'CL' })).toEqual([]);
});

it.each<[Record<string, string>, string[]]>([
  [{ asset: 'ES' }, ['ESU4', 'ESU4-ESZ4']],
  [{ asset: 'ES,CL', class: 'F' }, ['ESU4', 'CLQ4']],
  [{ class: 'future_spread,k' }, ['ESU4-ESZ4', 'SPY']],
  [{ search: 'u4-es' }, ['ESU4-ESZ4']],
  [{ search: 'xnas' }, ['SPY']],
  [{ search: '%' }, []],
  [{ symbols: 'SPY,ESU4' }, ['ESU4', 'SPY']],
  [{ expiry_end: '2024-09-20T13:30:00.000000001Z' }, ['CLQ4']],
  [{ expiry_start: '2024-09-20T13:30:00.000000001Z' }, ['ESU4', 'ESU4-ESZ4']],
  [{ dataset: 'XNAS.ITCH' }, []],
  [{ date: '2024-09-20', active: 'true' }, ['ESU4', 'NGZ4', 'ESU4-ESZ4', 'SPY']],
  [{ date: '2024-09-21', active: 'true' }, ['NGZ4', 'SPY']],
])('finds %j', async (parameters, expected) => {
  expect(await list({ date: '2024-07-02', ...parameters })).toEqual(expected);
});

it('comes in pages that neither repeat nor leave out', async () => {
  const pages: unknown[][] = [];
  let cursor: string | null = null;
  do {
    const page: { body: Listed } = await ask('', {
      date: '2024-07-02',
      limit: '1',
      ...(cursor && { cursor }),
    });
    pages.push(symbolsOf(page));
    cursor = page.body.next_cursor;
  } while (cursor !== null);
  expect(pages).toEqual([['ESU4'], ['CLQ4'], ['ESU4-ESZ4'], ['SPY']]);
});

it.each<[string, Record<string, string>, number, string, RegExp]>([
  [
    '',
    { class: 'Z' },
    400,
    'invalid-parameters',
    /^class: 'Z' is no instrument class: .*F \(future\)/,
  ],
  ['', { cursor: "x' OR 1=1" }, 400, 'invalid-parameters', /^cursor: is the next_cursor/],
  ['', { limit: '1001' }, 400, 'invalid-parameters', /^limit: is at most 1000/],
  ['', { date: '1' }, 400, 'invalid-parameters', /^date: is a date/],
  ['', { active: 'yes' }, 400, 'invalid-parameters', /^active: /],
  ['', { expiry_start: '2024-07-02', expiry_end: '2024-07-01' }, 422, 'impossible-request', /^exp/],
  ['/GLBX.MDP3/ES', {}, 422, 'impossible-request', /'ES' cannot be an instrument_id/],
  ['/glbx/1', {}, 400, 'invalid-parameters', /^dataset: a dataset looks like/],
])('refuses %s %j', async (path, parameters, status, kind, detail) => {
  expect(await ask(path, parameters)).toMatchObject({
    status,
    body: { type: `urn:tapeline:problem:${kind}`, detail: expect.stringMatching(detail) },
  });
});

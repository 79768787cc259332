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

const UNSET_TIME = 2n ** 64n - 1n;
const UNSET_QUANTITY = 2n ** 63n - 1n;

/** @param about the day, @param told the time of capture. */
const settlement = (
  id: number,
  about: string | bigint,
  told: string,
  price: string,
  more: GivenRecord = {},
): GivenRecord => ({
  instrument_id: id,
  publisher_id: 1,
  ts_ref: about,
  ts_recv: told,
  ts_event: told,
  price,
  quantity: UNSET_QUANTITY,
  stat_type: 3,
  update_action: 1,
  ...more,
});
const interest = (id: number, about: string, told: string, quantity: bigint): GivenRecord => ({
  ...settlement(id, about, told, '0'),
  price: UNSET_QUANTITY,
  quantity,
  stat_type: 9,
});

beforeAll(async () => {
  database = await testDatabase();
  nats = await testNats();
  gateway = await startTestGateway(database, nats);
  await gateway.map('raw_symbol', 'ESU4', 1, '2024-06-01', '2024-09-21');
  await gateway.map('raw_symbol', 'ESZ4', 2, '2024-06-01', '2024-12-21');
  await gateway.map('continuous', 'ES.v.0', 1, '2024-09-01', '2024-09-17');
  await gateway.map('continuous', 'ES.v.0', 2, '2024-09-17', '2024-12-01');
  await gateway.store(
    recordsOf('statistics', [
      // A preliminary price, the final one on the next morning, and a correction days later.
      settlement(1, '2024-09-13', '2024-09-13T20:10', '5630.25', { stat_flags: 0 }),
      settlement(1, '2024-09-13', '2024-09-14T01:00', '5630.5', { stat_flags: 3 }),
      settlement(1, '2024-09-16', '2024-09-16T20:10', '5640', { stat_flags: 3 }),
      settlement(1, '2024-09-16', '2024-09-18T07:00:00.000000001', '5640.75', { stat_flags: 3 }),
      settlement(1, '2024-09-16', '2024-09-18T07:00', '5640.5', { stat_flags: 3 }),
      // About the day after the roll; only preliminary.
      settlement(2, '2024-09-17', '2024-09-17T20:10', '-0.000000001', { stat_flags: 2 }),
      settlement(1, '2024-09-17', '2024-09-17T20:10', '5650', { stat_flags: 3 }),
      // Withdrawn.
      settlement(2, '2024-09-18', '2024-09-18T20:10', '5720', { stat_flags: 3 }),
      settlement(2, '2024-09-18', '2024-09-18T21:00', '5720', { update_action: 2 }),
      // Without a day of reference.
      settlement(2, UNSET_TIME, '2024-09-19T20:10', '5730', { stat_flags: 3 }),
      // Another kind of figure.
      settlement(1, '2024-09-16', '2024-09-19T20:10', '1', { stat_type: 1 }),
      interest(1, '2024-09-13', '2024-09-16T11:00', 9_007_199_254_740_993n),
      interest(1, '2024-09-16', '2024-09-17T11:00', 0n),
      interest(2, '2024-09-17', '2024-09-18T11:00', 7n),
    ]),
  );
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

type Answer = { records: Record<string, unknown>[]; count: number; complete: boolean };

const address = (figure: string, parameters: Record<string, string>): string => {
  const query = { dataset: DATASET, symbols: 'ESU4', start: '2024-09-13', end: '2024-09-21' };
  return `/v1/statistics/${figure}?${new URLSearchParams({ ...query, ...parameters }).toString()}`;
};
async function ask(figure: string, parameters: Record<string, string> = {}) {
  const response = await gateway.get(address(figure, parameters));
  return { status: response.status, body: (await response.json()) as Answer };
}
async function prices(parameters: Record<string, string>) {
  const { body } = await ask('settlements', parameters);
  expect(body.complete).toBe(true);
  return body.records.map(
    ({ date, symbol, price }) => `${String(date)} ${String(symbol)} ${String(price)}`,
  );
}

it('gives of each day the price that was told last, exact', async () => {
  const { status, body } = await ask('settlements', { end: '2024-09-14' });
  expect(status).toBe(206);
  expect(body.records).toEqual([
    {
      date: '2024-09-13',
      instrument_id: 1,
      publisher_id: 1,
      price: '5630.500000000',
      is_final: true,
      is_actual: true,
      stat_flags: 3,
      ts_ref: '1726185600000000000',
      ts_event: '1726275600000000000',
      ts_recv: '1726275600000000000',
      symbol: 'ESU4',
    },
  ]);
  expect(await prices({})).toEqual([
    '2024-09-13 ESU4 5630.500000000',
    '2024-09-16 ESU4 5640.750000000',
    '2024-09-17 ESU4 5650.000000000',
  ]);
});

it('takes the symbol as of the day that a price is about', async () => {
  const continuous = { symbols: 'ES.v.0', stype_in: 'continuous' };
  expect(await prices(continuous)).toEqual([
    '2024-09-13 ES.v.0 5630.500000000',
    '2024-09-16 ES.v.0 5640.750000000',
    '2024-09-17 ES.v.0 -0.000000001',
    '2024-09-19 ES.v.0 5730.000000000',
  ]);
  // Open interest of the last day before the roll is told on the day of the roll.
  const { body } = await ask('open-interest', continuous);
  expect(body.records.map(({ date, instrument_id: id }) => [date, id])).toEqual([
    ['2024-09-13', 1],
    ['2024-09-16', 1],
    ['2024-09-17', 2],
  ]);
});

it('leaves out what was withdrawn, and on request what is not final', async () => {
  expect(await prices({ symbols: 'ESZ4' })).toEqual([
    '2024-09-17 ESZ4 -0.000000001',
    '2024-09-19 ESZ4 5730.000000000',
  ]);
  expect(await prices({ symbols: 'ESZ4', final: 'true' })).toEqual([
    '2024-09-19 ESZ4 5730.000000000',
  ]);
  const all = { symbols: 'ALL_SYMBOLS', start: '2024-09-17', end: '2024-09-18' };
  expect(await prices(all)).toEqual([
    '2024-09-17 ESU4 5650.000000000',
    '2024-09-17 ESZ4 -0.000000001',
  ]);
});

it('gives open interest as whole numbers, none of them rounded', async () => {
  const { body } = await ask('open-interest', { symbols: '1', stype_in: 'instrument_id' });
  expect(body.records).toMatchObject([
    { date: '2024-09-13', quantity: '9007199254740993', symbol: '1' },
    { date: '2024-09-16', quantity: '0' },
  ]);
  const csv = await gateway.get(address('open-interest', { encoding: 'csv', end: '2024-09-14' }));
  expect(await csv.text()).toBe(
    'date,instrument_id,publisher_id,quantity,stat_flags,ts_ref,ts_event,ts_recv,symbol\n' +
      '2024-09-13,1,1,9007199254740993,0,1726185600000000000,1726484400000000000,1726484400000000000,ESU4\n',
  );
});

it.each<[string, Record<string, string>, number, string, RegExp]>([
  ['settlements', { start: '2024-09-13T10:00' }, 400, 'invalid-parameters', /^start: is a date/],
  ['settlements', { final: '1' }, 400, 'invalid-parameters', /^final: /],
  ['open-interest', { final: 'true' }, 400, 'invalid-parameters', /^final: is not a parameter/],
  ['settlements', { end: '2024-09-13' }, 422, 'impossible-request', /^end 2024-09-13 is not after/],
  ['settlements', { symbols: 'ESU5' }, 404, 'unknown-symbol', /has no raw_symbol 'ESU5'/],
  ['settlements', { dataset: 'XNAS.ITCH' }, 404, 'unknown-dataset', /^nothing of XNAS.ITCH/],
  ['settlements', { start: '2024-07-01', end: '2024-07-02' }, 404, 'nothing-held', /statistics/],
])('refuses %s %j', async (figure, parameters, status, kind, detail) => {
  expect(await ask(figure, parameters)).toMatchObject({
    status,
    body: { type: `urn:tapeline:problem:${kind}`, detail: expect.stringMatching(detail) },
  });
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { DATASET, startTestGateway, tradesBatch } from './start-test-gateway.js';
import type { TestGateway } from './start-test-gateway.js';

let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;

beforeAll(async () => {
  database = await testDatabase();
  nats = await testNats();
  gateway = await startTestGateway(database, nats);
  await gateway.store(
    tradesBatch([{ tsRecv: 1_719_792_000_000_000_000n, instrumentId: 1, ordinal: 0 }]),
  );
  await gateway.map('raw_symbol', 'ESU4', 1, '2024-06-01', '2024-09-21');
  await gateway.map('raw_symbol', 'ESZ4', 2, '2024-06-10', '2024-12-21');
  await gateway.map('raw_symbol', 'ESU4-ESZ4', 3, '2024-06-10', '2024-09-21');
  await gateway.map('parent', 'ES.FUT', 2, '2024-06-10', '2024-12-21');
  await gateway.map('continuous', 'ES.c.0', 1, '2024-06-21', '2024-09-20');
  await gateway.map('continuous', 'ES.c.0', 2, '2024-09-20', '2024-12-20');
  // The number of an expired contract means another one years later, and its symbol another number.
  await gateway.map('raw_symbol', 'CLZ9', 1, '2029-01-01', '2029-11-20');
  await gateway.map('raw_symbol', 'ESU4', 9, '2014-01-01', '2014-09-20');
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

async function resolve(parameters: Record<string, string>) {
  const query = new URLSearchParams({ dataset: DATASET, ...parameters }).toString();
  const response = await gateway.get(`/v1/symbology/resolve?${query}`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

it('resolves a continuous symbol across a roll, in the shape of Databento’s answer', async () => {
  const dates = { start_date: '2024-09-18', end_date: '2024-09-23' };
  expect(await resolve({ symbols: 'ES.c.0', stype_in: 'continuous', ...dates })).toEqual({
    status: 200,
    body: {
      result: {
        'ES.c.0': [
          { d0: '2024-09-18', d1: '2024-09-20', s: '1' },
          { d0: '2024-09-20', d1: '2024-09-23', s: '2' },
        ],
      },
      symbols: ['ES.c.0'],
      stype_in: 'continuous',
      stype_out: 'instrument_id',
      ...dates,
      partial: [],
      not_found: [],
      message: 'OK',
      status: 0,
    },
  });
  const named = { symbols: 'ES.c.0', stype_in: 'continuous', stype_out: 'raw_symbol', ...dates };
  expect((await resolve(named)).body['result']).toEqual({
    'ES.c.0': [
      { d0: '2024-09-18', d1: '2024-09-20', s: 'ESU4' },
      { d0: '2024-09-20', d1: '2024-09-23', s: 'ESZ4' },
    ],
  });
});

it('keeps apart what a symbol, and what an instrument id, meant in other years', async () => {
  const ever = { start_date: '2014-09-19', end_date: '2030-01-01' };
  const { status, body } = await resolve({ symbols: 'ESU4,ESX9', ...ever });
  expect(status).toBe(206);
  expect(body).toMatchObject({
    result: {
      ESU4: [
        { d0: '2014-09-19', d1: '2014-09-20', s: '9' },
        { d0: '2024-06-01', d1: '2024-09-21', s: '1' },
      ],
    },
    partial: ['ESU4'],
    not_found: ['ESX9'],
    message: 'Partially resolved',
  });
  const ids = await resolve({ symbols: '1,77', stype_in: 'instrument_id', ...ever });
  expect(ids.body).toMatchObject({
    stype_out: 'raw_symbol',
    result: {
      1: [
        { d0: '2024-06-01', d1: '2024-09-21', s: 'ESU4' },
        { d0: '2029-01-01', d1: '2029-11-20', s: 'CLZ9' },
      ],
    },
    partial: ['1'],
    not_found: ['77'],
  });
});

it('answers a parent by the raw symbols that it expands to, spreads included', async () => {
  const { body } = await resolve({
    symbols: 'ES.FUT,NQ.FUT',
    stype_in: 'parent',
    start_date: '2024-06-09',
    end_date: '2024-06-11',
  });
  expect(body).toMatchObject({
    result: {
      ESU4: [{ d0: '2024-06-09', d1: '2024-06-11', s: '1' }],
      'ESU4-ESZ4': [{ d0: '2024-06-10', d1: '2024-06-11', s: '3' }],
      ESZ4: [{ d0: '2024-06-10', d1: '2024-06-11', s: '2' }],
    },
    symbols: ['ES.FUT', 'NQ.FUT'],
    partial: ['ESU4-ESZ4', 'ESZ4'],
    not_found: ['NQ.FUT'],
  });
});

it('knows every raw symbol of a day, and tells a quiet day from a symbol nobody knows', async () => {
  const all = await resolve({ symbols: 'ALL_SYMBOLS', start_date: '2024-12-20' });
  expect(all).toMatchObject({
    status: 200,
    body: { result: { ESZ4: [{ d0: '2024-12-20', d1: '2024-12-21', s: '2' }] }, status: 0 },
  });
  const quiet = await resolve({ symbols: 'ESU4', start_date: '2020-01-01' });
  expect(quiet).toMatchObject({
    status: 206,
    body: { result: {}, partial: [], not_found: ['ESU4'], message: 'Not found', status: 2 },
  });
});

it.each<[Record<string, string>, number, string, RegExp]>([
  [{}, 400, 'invalid-parameters', /^symbols: is missing; start_date: is missing/],
  [{ start_date: '2024-02-30' }, 400, 'invalid-parameters', /start_date: is a date, such as/],
  [{ start_date: '2300-01-01' }, 400, 'invalid-parameters', /start_date: is from 1970-01-01/],
  [{ end_date: '2024-07-01' }, 422, 'impossible-request', /^end_date 2024-07-01 is not after/],
  [{ stype_out: 'raw_symbol' }, 422, 'impossible-request', /^stype_in=raw_symbol is not resolved/],
  [{ stype_in: 'instrument_id' }, 422, 'impossible-request', /'ESU4' cannot be an instrument_id/],
  [{ stype_in: 'parent', symbols: 'ALL_SYMBOLS' }, 422, 'impossible-request', /^ALL_SYMBOLS/],
  [{ symbols: 'ESU5' }, 404, 'unknown-symbol', /has no raw_symbol 'ESU5'/],
  [{ dataset: 'XNAS.ITCH' }, 404, 'unknown-dataset', /^nothing of XNAS.ITCH is held/],
])('refuses %j', async (parameters, status, kind, detail) => {
  const given =
    kind === 'invalid-parameters' && !('start_date' in parameters)
      ? {}
      : { symbols: 'ESU4', start_date: '2024-07-01' };
  expect(await resolve({ ...given, ...parameters })).toMatchObject({
    status,
    body: { type: `urn:tapeline:problem:${kind}`, detail: expect.stringMatching(detail) },
  });
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ColumnarBatch, parseTimestamp, SCHEMAS } from '@tapeline/records';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { startTestGateway } from './start-test-gateway.js';
import type { TestGateway } from './start-test-gateway.js';

const DAY = parseTimestamp('2024-07-01');
const NEXT = parseTimestamp('2024-07-02');

let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;

beforeAll(async () => {
  [database, nats] = await Promise.all([testDatabase(), testNats()]);
  gateway = await startTestGateway(database, nats);
  await gateway.map('raw_symbol', 'ESU4', 7, '2024-06-01', '2024-08-01');
  await gateway.map('raw_symbol', 'ESZ4', 8, '2024-06-01', '2024-08-01');
  await gateway.map('raw_symbol', 'NQU4', 9, '2024-06-01', '2024-08-01');
  await gateway.map('continuous', 'ES.c.0', 7, '2024-06-01', '2024-07-02');
  await gateway.map('continuous', 'ES.c.0', 8, '2024-07-02', '2024-08-01');
  // Instrument, time, sequence; of one time the last in the source counts.
  const rows = [
    [7, DAY + 5n, 1],
    [7, DAY + 5n, 2],
    [7, DAY + 4n, 3],
    [8, DAY + 9n, 4],
    [8, NEXT + 1n, 5],
    [9, DAY + 1_000_000_000n, 6],
  ] as const;
  const batch = ColumnarBatch.allocate(SCHEMAS.trades, rows.length);
  rows.forEach(([id, time, sequence], row) => {
    batch.column('instrument_id')[row] = id;
    batch.column('ts_recv')[row] = time;
    batch.column('sequence')[row] = sequence;
    batch.column('ordinal')[row] = row;
  });
  await gateway.store(batch);
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

async function latest(parameters: Record<string, string>): Promise<string[]> {
  const query = { dataset: 'GLBX.MDP3', schema: 'trades', at: '2024-07-03', ...parameters };
  const response = await gateway.get(`/v1/latest?${new URLSearchParams(query).toString()}`);
  if (!response.ok) throw new Error(await response.text());
  const { records } = (await response.json()) as {
    records: { sequence: number; symbol: string }[];
  };
  return records.map(({ sequence, symbol }) => `${symbol} ${sequence}`).toSorted();
}

it.each([
  [{ symbols: 'ESU4,NQU4' }, ['ESU4 2', 'NQU4 6']],
  [{ symbols: 'ES.FUT', stype_in: 'parent' }, ['ES.FUT 2', 'ES.FUT 5']],
  [{ symbols: 'ES.c.0', stype_in: 'continuous' }, ['ES.c.0 5']],
  [{ symbols: 'ES.c.0', stype_in: 'continuous', at: '2024-07-02' }, ['ES.c.0 2']],
  [{ symbols: '8', stype_in: 'instrument_id', at: String(NEXT + 1n) }, ['8 4']],
  [{ symbols: '8', stype_in: 'instrument_id', at: String(NEXT + 2n) }, ['8 5']],
  [{ symbols: 'ESU4', at: String(DAY + 5n) }, ['ESU4 3']],
])('of %j is %j', async (parameters, expected) => {
  expect(await latest(parameters as Record<string, string>)).toEqual(expected);
});

it.each([
  [{ symbols: 'ALL_SYMBOLS' }, 'impossible-request'],
  [{ symbols: 'ESU4', days: '0' }, 'invalid-parameters'],
  [{ symbols: 'XXX' }, 'unknown-symbol'],
  [{ symbols: 'ESU4', at: '1970-01-01' }, 'impossible-request'],
])('refuses %j', async (parameters, kind) => {
  await expect(latest(parameters as Record<string, string>)).rejects.toThrow(kind);
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DbnDecoder } from '@tapeline/dbn';
import {
  ColumnarBatch,
  derivedColumn,
  extendSchema,
  parseTimestamp,
  SCHEMAS,
} from '@tapeline/records';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { startTestGateway } from './start-test-gateway.js';
import type { TestGateway } from './start-test-gateway.js';

const DAY = parseTimestamp('2024-07-01');
let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;

const COLUMNS = [
  derivedColumn('notional', 'price', 'price times size'),
  derivedColumn('ticks', 'int', 'price in ticks'),
  derivedColumn('is_large', 'bool', 'more than 100 lots'),
  derivedColumn('traded_on', 'date', 'the day in Chicago'),
  derivedColumn('hours', 'session', 'the trading session'),
  derivedColumn('late', 'duration', 'from event to receipt'),
  derivedColumn('due', 'timestamp', 'one second later'),
  derivedColumn('label', 'string', 'what it is', 8),
];
/** Of the second record nothing is known but an empty text. */
const VALUES = [-250_000_000n, 2n ** 62n, 1, 19_905, 2, -5n, DAY + 1n];
const NAMES = COLUMNS.map(({ name }) => name);
const QUERY = { stype_in: 'instrument_id', symbols: '9' };

beforeAll(async () => {
  database = await testDatabase();
  nats = await testNats();
  gateway = await startTestGateway(database, nats);
  const batch = ColumnarBatch.allocate(extendSchema(SCHEMAS.trades, COLUMNS), 2);
  batch.column('ts_recv').fill(DAY as never);
  batch.column('instrument_id').fill(9 as never);
  batch.column('ordinal')[1] = 1;
  COLUMNS.slice(0, -1).forEach(({ name, nullValue }, index) => {
    batch.column(name)[0] = VALUES[index]!;
    const data = batch.column(name);
    data[1] = typeof data[0] === 'bigint' ? nullValue! : Number(nullValue);
  });
  (batch.column('label') as Uint8Array).set(Buffer.from('block'));
  await gateway.store(batch);
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

it('answers with the columns that rules added, before the symbol', async () => {
  const response = await gateway.get(gateway.timeseries(QUERY));
  const { records } = (await response.json()) as { records: Record<string, unknown>[] };
  const first: Record<string, unknown> = {
    notional: '-0.250000000',
    ticks: String(2n ** 62n),
    is_large: true,
    traded_on: '2024-07-01',
    hours: 'rth',
    late: '-5',
    due: String(DAY + 1n),
    label: 'block',
  };
  const [one, two] = records.map((record) =>
    Object.fromEntries(Object.entries(record).slice(-NAMES.length - 1, -1)),
  );
  expect(one).toEqual(first);
  const nulls = Object.fromEntries(NAMES.map((name) => [name, null]));
  expect(two).toEqual({ ...nulls, label: '' });

  const csv = await gateway.get(gateway.timeseries({ ...QUERY, encoding: 'csv' }));
  const [header, ...lines] = (await csv.text()).trimEnd().split('\n');
  const names = header!.split(',').slice(-NAMES.length - 1);
  const values = names.slice(0, -1).map((name) => first[name]);
  expect(names.at(-1)).toBe('symbol');
  expect(lines[0]!.endsWith(`,${values.join(',')},9`)).toBe(true);
  expect(lines[1]!.endsWith(`,,,,,,,,,9`)).toBe(true);
});

it('leaves them out of DBN, which has no place for them', async () => {
  const response = await gateway.get(gateway.timeseries({ ...QUERY, encoding: 'dbn' }));
  const decoder = new DbnDecoder();
  const [batch] = decoder.push(new Uint8Array(await response.arrayBuffer()));
  decoder.finish();
  expect(batch!.columns().schema).toBe(SCHEMAS.trades);
});

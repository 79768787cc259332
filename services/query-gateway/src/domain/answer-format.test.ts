import { expect, it } from '@jest/globals';
import { ColumnarBatch, sampleBatch, SCHEMAS, UNDEF_TIMESTAMP } from '@tapeline/records';
import type { RecordBatch } from '@tapeline/storage';
import { csvFormat, jsonFormat, ndjsonFormat } from './answer-format.js';
import type { FramedFormat } from './answer-format.js';
import type { AnswerOptions } from './answer-options.js';
import { manifestOf } from './manifest.js';
import type { TimeseriesRequest } from './timeseries-request.js';

const OPTIONS: AnswerOptions = {
  encoding: 'json',
  compression: 'none',
  price: 'decimal',
  time: 'ns',
  mapSymbols: true,
  fields: undefined,
  manifest: false,
};

const request: TimeseriesRequest = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: ['ESH1'],
  stypeIn: 'raw_symbol',
  start: 1_609_113_600_000_000_000n,
  end: 1_609_200_000_000_000_000n,
  limit: undefined,
  pageSize: undefined,
  ...OPTIONS,
};

const interval = { symbol: 'ESH1', instrumentId: 5482, d0: '2020-12-28', d1: '2020-12-29' };
const answer = {
  schema: SCHEMAS.trades,
  resolution: { intervals: new Map([['ESH1', [interval]]]), unknown: [] },
  missing: [{ symbol: 'ESH1', instrumentId: 5482, start: 1n, end: 2n }],
  provenance: { conditions: ['available'], quarantined: 2, rulesVersions: ['r1'] },
};

const head = manifestOf({ request, answer }, false);

/** Two trades: an ordinary one, and one of which much is unset or strange. */
function trades(): RecordBatch {
  const batch = ColumnarBatch.allocate(SCHEMAS.trades, 2);
  const set = (name: string, values: readonly (bigint | number)[]): void => {
    values.forEach((value, row) => (batch.column(name)[row] = value));
  };
  set('ts_recv', [1_609_160_400_098_821_953n, 2n ** 64n - 2n]);
  set('ts_event', [1_609_160_400_000_000_001n, UNDEF_TIMESTAMP]);
  set('price', [3_720_250_000_000n, -1n]);
  set('size', [4_294_967_295, 7]);
  set('action', [0x54, 0x22]);
  set('side', [0x42, 0x2c]);
  set('ts_in_delta', [-13, 0]);
  const names = ['ESH1', 'a "b", c\n'];
  return { batch, symbols: { names, slots: Uint32Array.of(0, 1) } };
}

function write(format: FramedFormat, records: RecordBatch[]): string {
  const texts = records.map((given, index) => Buffer.from(format.records(given, index === 0)));
  const count = records.reduce((sum, { batch }) => sum + batch.length, 0);
  return [format.head, ...texts, format.tail({ count })].map(String).join('');
}

const one = (row: number): RecordBatch => {
  const { batch, symbols } = trades();
  const slots = symbols.slots.slice(row, row + 1);
  return { batch: batch.slice(row, row + 1), symbols: { names: symbols.names, slots } };
};

it('writes JSON that keeps every digit', () => {
  const expected = {
    dataset: 'GLBX.MDP3',
    schema: 'trades',
    stype_in: 'raw_symbol',
    start: '1609113600000000000',
    end: '1609200000000000000',
    symbols: { ESH1: [{ d0: '2020-12-28', d1: '2020-12-29', s: '5482' }] },
    missing: [{ symbol: 'ESH1', instrument_id: 5482, start: '1', end: '2' }],
    records: [
      {
        ts_recv: '1609160400098821953',
        ts_event: '1609160400000000001',
        publisher_id: 0,
        instrument_id: 0,
        action: 'T',
        side: 'B',
        depth: 0,
        price: '3720.250000000',
        size: 4_294_967_295,
        flags: 0,
        ts_in_delta: -13,
        sequence: 0,
        symbol: 'ESH1',
      },
      {
        ts_recv: '18446744073709551614',
        ts_event: null,
        publisher_id: 0,
        instrument_id: 0,
        action: '"',
        side: ',',
        depth: 0,
        price: '-0.000000001',
        size: 7,
        flags: 0,
        ts_in_delta: 0,
        sequence: 0,
        symbol: 'a "b", c\n',
      },
    ],
    count: 2,
    complete: true,
  };
  const format = jsonFormat(head, answer.schema, OPTIONS);
  expect(JSON.parse(write(format, [trades()]))).toEqual(expected);
  expect(JSON.parse(write(format, [one(0), one(1)]))).toEqual(expected);
});

it('writes JSON without records', () => {
  const text = write(jsonFormat(head, answer.schema, OPTIONS), []);
  expect(JSON.parse(text)).toMatchObject({ records: [], count: 0, complete: true });
});

it('writes CSV with a header, empty nulls and quotes where they are needed', () => {
  const text =
    'ts_recv,ts_event,publisher_id,instrument_id,action,side,depth,price,size,flags,ts_in_delta,sequence,symbol\n' +
    '1609160400098821953,1609160400000000001,0,0,T,B,0,3720.250000000,4294967295,0,-13,0,ESH1\n' +
    '18446744073709551614,,0,0,"""",",",0,-0.000000001,7,0,0,0,"a ""b"", c\n"\n';
  expect(write(csvFormat(answer.schema, OPTIONS), [trades()])).toBe(text);
  expect(write(csvFormat(answer.schema, OPTIONS), [one(0), one(1)])).toBe(text);
});

it('makes room for whatever a record takes', () => {
  const batch = sampleBatch(SCHEMAS.definition, 40);
  for (const { name, type } of SCHEMAS.definition.columns) {
    if (type === 'string') (batch.column(name) as Uint8Array).fill(1);
  }
  const symbols = { names: ['x'.repeat(5_000)], slots: new Uint32Array(40) };
  const format = jsonFormat(head, SCHEMAS.definition, OPTIONS);
  const { records } = JSON.parse(write(format, [{ batch, symbols }])) as { records: object[] };
  expect(records).toHaveLength(40);
  expect(records[39]).toMatchObject({ raw_symbol: '\u0001'.repeat(71), symbol: 'x'.repeat(5_000) });
});

it('writes prices and times as they are asked for', () => {
  const line = (options: Partial<AnswerOptions>): string =>
    write(
      csvFormat(answer.schema, { ...OPTIONS, fields: new Set(['ts_recv', 'price']), ...options }),
      [one(0)],
    );
  expect(line({})).toBe('ts_recv,price\n1609160400098821953,3720.250000000\n');
  expect(line({ price: 'fixed', time: 'iso' })).toBe(
    'ts_recv,price\n2020-12-28T13:00:00.098821953Z,3720250000000\n',
  );
  expect(line({ price: 'float' })).toBe('ts_recv,price\n1609160400098821953,3720.25\n');
});

it('writes a record a line, and last how many there were', () => {
  const options = { ...OPTIONS, fields: new Set(['sequence', 'symbol']) };
  const text = write(ndjsonFormat(answer.schema, options), [one(0), one(1)]);
  expect(
    text.split('\n').map((line) => (line === '' ? line : (JSON.parse(line) as unknown))),
  ).toEqual([
    { sequence: 0, symbol: 'ESH1' },
    { sequence: 0, symbol: 'a "b", c\n' },
    { count: 2, complete: true },
    '',
  ]);
});

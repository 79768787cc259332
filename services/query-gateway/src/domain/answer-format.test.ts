import { expect, it } from '@jest/globals';
import { csvFormat, jsonFormat } from './answer-format.js';
import type { AnswerFormat } from './answer-format.js';
import type { TimeseriesRequest } from './timeseries-request.js';

const request: TimeseriesRequest = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: ['ESH1'],
  stypeIn: 'raw_symbol',
  start: 1_609_113_600_000_000_000n,
  end: 1_609_200_000_000_000_000n,
  limit: undefined,
  encoding: 'json',
};

const interval = { symbol: 'ESH1', instrumentId: 5482, d0: '2020-12-28', d1: '2020-12-29' };
const answer = {
  fields: [
    { name: 'ts_event', kind: 'text' },
    { name: 'price', kind: 'text' },
    { name: 'size', kind: 'number' },
    { name: 'symbol', kind: 'text' },
  ] as const,
  resolution: { intervals: new Map([['ESH1', [interval]]]), unknown: [] },
  missing: [{ symbol: 'ESH1', instrumentId: 5482, start: 1n, end: 2n }],
};

const rows = [
  ['1609160400098821953', '3720.250000000', '4294967295', 'ESH1'],
  [null, '-0.000000001', null, 'a "b", c\n'],
];

/** Row by row, each in a group of its own. */
const write = (format: AnswerFormat, given: readonly (string | null)[][]): string =>
  [
    format.head,
    ...given.map((row, index) => format.rows([row], index === 0)),
    format.tail(given.length),
  ].join('');

it('writes JSON that keeps every digit', () => {
  expect(JSON.parse(write(jsonFormat(request, answer), rows))).toEqual({
    dataset: 'GLBX.MDP3',
    schema: 'trades',
    stype_in: 'raw_symbol',
    start: '1609113600000000000',
    end: '1609200000000000000',
    symbols: { ESH1: [{ d0: '2020-12-28', d1: '2020-12-29', s: '5482' }] },
    missing: [{ symbol: 'ESH1', instrument_id: 5482, start: '1', end: '2' }],
    records: [
      {
        ts_event: '1609160400098821953',
        price: '3720.250000000',
        size: 4_294_967_295,
        symbol: 'ESH1',
      },
      { ts_event: null, price: '-0.000000001', size: null, symbol: 'a "b", c\n' },
    ],
    count: 2,
    complete: true,
  });
});

it('writes JSON without records', () => {
  const text = write(jsonFormat(request, answer), []);
  expect(JSON.parse(text)).toMatchObject({ records: [], count: 0, complete: true });
});

it('writes CSV with a header, empty nulls and quotes where they are needed', () => {
  expect(write(csvFormat(answer), rows)).toBe(
    'ts_event,price,size,symbol\n' +
      '1609160400098821953,3720.250000000,4294967295,ESH1\n' +
      ',-0.000000001,,"a ""b"", c\n"\n',
  );
});

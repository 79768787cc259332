import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { formatPage, formatRecord, formatStats, nothingRefused } from './format-refused.js';
import type { ShownRecord } from './quarantine-answers.js';
import { refusedGroup, refusedTrade } from './refused-fixture.js';

/** The cells of each row of a table. */
const cellsOf = (text: string): string[][] =>
  stripVTControlCharacters(text)
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .map((line) =>
      line
        .split('│')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

describe('a page', () => {
  it('shows the symbol, else the instrument, and the time to the nanosecond', () => {
    const records = [
      refusedTrade(),
      refusedTrade({ id: '7', symbol: null, ts_ns: null, schema: 'ohlcv-1m' }),
    ];
    expect(cellsOf(formatPage({ records, next_cursor: null }, 200))).toEqual([
      ['id', 'refused', 'schema', 'symbol', 'time of record', 'rule', 'reason'],
      [
        '41',
        '2026-11-23 13:26',
        'trades',
        'ESU4-ESZ4',
        '2024-07-01T13:30:00.123456789Z',
        'price_not_positive',
        'a trade at -49.750000000',
      ],
      [
        '7',
        '2026-11-23 13:26',
        'ohlcv-1m',
        '#150297',
        '',
        'price_not_positive',
        'a trade at -49.750000000',
      ],
    ]);
  });

  it.each([160, 200])('is no wider than a terminal of %i columns', (width) => {
    const records = [
      refusedTrade({ reason: 'x'.repeat(500), rule: 'r' }),
      refusedTrade({ symbol: null, schema: 's', ts_ns: null }),
    ];
    const text = stripVTControlCharacters(formatPage({ records, next_cursor: null }, width));
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBe(width);
    expect(cellsOf(text)[1]!.at(-1)).toMatch(/^x+…$/);
  });

  it('keeps some of the reason on a narrow one', () => {
    const records = [refusedTrade({ reason: 'x'.repeat(500) })];
    expect(cellsOf(formatPage({ records, next_cursor: null }, 40))[1]!.at(-1)).toBe(
      `${'x'.repeat(23)}…`,
    );
  });

  it('says how to see the next ones', () => {
    const page = { records: [refusedTrade()], next_cursor: '41' };
    expect(formatPage(page, 160)).toMatch(/\nthere are more: .* --before 41 the next ones$/);
  });
});

it('shows one record with every field, in the order of the schema', () => {
  const text = formatRecord(refusedTrade());
  expect(text.split('\n').slice(0, 8)).toEqual([
    'record      41 of GLBX.MDP3 trades, ESU4-ESZ4',
    'refused by  price_not_positive (error) at 2026-11-23T13:26:01.250Z',
    'reason      a trade at -49.750000000',
    'state       open',
    'job         es',
    'chunk       db9e5408e5252827135e, position 54',
    'batch       db9e5408e5252827135e.0',
    'rules       a1b2c3',
  ]);
  expect(cellsOf(text)).toEqual([
    ['field', 'value', ''],
    ['ts_recv', '9007199254740993', '1970-04-15T05:59:59.254740993Z'],
    ['ts_event', '1719840600123456789', '2024-07-01T13:30:00.123456789Z'],
    ['price', '-49750000000', '-49.750000000'],
    ['size', '3', ''],
    ['spread', '250000000', ''],
    ['order_id', 'null', ''],
  ]);
});

it.each<[Partial<ShownRecord>, string]>([
  [{ replay_id: 'r1' }, 'open; tried last by replay r1'],
  [
    { state: 'replayed', replay_id: 'r1', resolved_at: '2026-11-23T13:27:01.000Z' },
    'replayed by replay r1 at 2026-11-23T13:27:01.000Z',
  ],
  [
    { state: 'discarded', resolved_at: '2026-11-23T13:27:01.000Z' },
    'discarded at 2026-11-23T13:27:01.000Z',
  ],
])('tells of %j what became of the record', (fields, state) => {
  expect(formatRecord(refusedTrade(fields))).toContain(`state       ${state}\n`);
});

it('counts by cause', () => {
  const groups = [
    refusedGroup({ key: 'GLBX.MDP3/150297', symbol: 'ESU4-ESZ4', example: 'x'.repeat(80) }),
    refusedGroup({ key: 'GLBX.MDP3/1', symbol: null, open: 0 }),
  ];
  const text = formatStats({ by: 'instrument', groups, records: 3_514, open: 1_750 });
  const [head, first, second] = cellsOf(text);
  expect(head!.slice(0, 3)).toEqual(['instrument', 'open', 'replayed']);
  expect(first).toEqual([
    'GLBX.MDP3/150297 ESU4-ESZ4',
    '1,750',
    '4',
    '0',
    '3',
    '0',
    '2026-11-23 13:26',
    `${'x'.repeat(59)}…`,
  ]);
  expect(second!.slice(0, 2)).toEqual(['GLBX.MDP3/1', '0']);
  expect(text).toMatch(/\n3,514 refused, 1,750 of them open$/);
});

it.each([
  [undefined, /^no such record is refused; --state all shows .*'tapeline findings'/],
  ['open', /^no such record is refused; --state all/],
  ['all', /^no such record was refused; 'tapeline findings'/],
  ['discarded', /^no such record is discarded; --state all/],
])('says what an empty answer for %s means', (state, message) => {
  expect(nothingRefused(state)).toMatch(message);
});

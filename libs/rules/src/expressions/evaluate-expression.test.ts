import { expect, it } from '@jest/globals';
import { SCHEMAS, UNDEF_PRICE, UNDEF_TIMESTAMP } from '@tapeline/records';
import { compilePredicate } from './compile-expression.js';
import { EvaluationContext } from './evaluation-context.js';
import { buildBatch, dollars, values } from './testing/build-batch.js';
import type { Value } from './value-type.js';

const PRICE_MAX = 2n ** 63n - 1n;

const prices = buildBatch('ohlcv-1d', {
  open: [dollars(0.1), dollars(100), -dollars(37.63), UNDEF_PRICE, PRICE_MAX - 1n, 2n ** 53n],
  close: [dollars(0.2), dollars(0.25), dollars(0.5), 1n, 2n, 2n ** 53n + 1n],
  low: [0n, -1n, -(2n ** 63n), 3n, -7n, 2n ** 53n - 1n],
  volume: [0n, 3n, 2n ** 63n, 2n ** 64n - 1n, 5n, 1n],
});

it.each<[string, Value[]]>([
  // exactness of prices and literals
  ['open + close == 0.3', [true, false, false, null, null, false]],
  ['open == 0.1', [true, false, false, null, false, false]],
  ['open >= 100', [false, true, false, null, true, true]],
  ['open < close', [true, false, true, null, false, true]],
  ['open - close', [-100_000_000n, 99_750_000_000n, -38_130_000_000n, null, PRICE_MAX - 3n, -1n]],
  ['close == 9007199.254740993', [false, false, false, false, false, true]],
  ['close > 9007199.254740992', [false, false, false, false, false, true]],
  ['open == 9223372036.854775806', [false, false, false, null, true, false]],
  ['low == -9223372036.854775808', [false, false, true, false, false, false]],
  ['open > 1e2', [false, false, false, null, true, true]],
  // overflow and division by zero are null
  ['open + close', [300_000_000n, 100_250_000_000n, -37_130_000_000n, null, null, 2n ** 54n + 1n]],
  ['-low', [0n, 1n, null, -3n, 7n, 1n - 2n ** 53n]],
  ['abs(low)', [0n, 1n, null, 3n, 7n, 2n ** 53n - 1n]],
  [
    'close / low',
    [null, -250_000_000_000_000_000n, 0n, 333_333_333n, -285_714_285n, 1_000_000_000n],
  ],
  ['close % low', [null, 0n, 500_000_000n, 1n, 2n, 2n]],
  ['close / 3', [66_666_666n, 83_333_333n, 166_666_666n, 0n, 0n, 3_002_399_751_580_331n]],
  [
    'open * 0.05',
    [
      5_000_000n,
      5_000_000_000n,
      -1_881_500_000n,
      null,
      461_168_601_842_738_790n,
      450_359_962_737_049n,
    ],
  ],
  ['close / 0.5', [400_000_000n, 500_000_000n, 1_000_000_000n, 2n, 4n, 2n ** 54n + 2n]],
  ['close * volume', [0n, 750_000_000n, null, null, 10n, 2n ** 53n + 1n]],
  ['volume + 1', [1n, 4n, null, null, 6n, 2n]],
  ['volume - 1', [-1n, 2n, PRICE_MAX, null, 4n, 0n]],
  // unsigned columns compare beyond int64
  ['volume > 9223372036854775807', [false, false, true, true, false, false]],
  ['volume == 18446744073709551615', [false, false, false, true, false, false]],
  ['volume > -1', [true, true, true, true, true, true]],
  ['volume > prev(volume)', [null, true, true, true, false, false]],
  ['volume > 3 ? volume : -1', [-1n, -1n, null, null, 5n, -1n]],
  ['volume > 3 ? volume : 1', [1n, 1n, 2n ** 63n, 2n ** 64n - 1n, 5n, 1n]],
  ['coalesce(volume, 0)', [0n, 3n, 2n ** 63n, 2n ** 64n - 1n, 5n, 1n]],
  ['volume % 2 == 1', [false, true, false, true, true, true]],
  ['max(volume, 4)', [4n, 4n, 2n ** 63n, 2n ** 64n - 1n, 5n, 4n]],
  // nulls
  ['open == null', [false, false, false, true, false, false]],
  ['null != open', [true, true, true, false, true, true]],
  ['open != 1', [true, true, true, null, true, true]],
  ['!(open != 1)', [false, false, false, null, false, false]],
  ['open > 0 || true', [true, true, true, true, true, true]],
  ['open > 0 && false', [false, false, false, false, false, false]],
  ['open > 0 && true', [true, true, false, null, true, true]],
  ['open > 0 || false', [true, true, false, null, true, true]],
  ['open in [0.1, 100]', [true, true, false, null, false, false]],
  ['(open > 0) == (close > 0.2)', [false, true, false, null, false, true]],
  ['(open > 0) == null', [false, false, false, true, false, false]],
  [
    'open > 0 ? open : close',
    [dollars(0.1), dollars(100), dollars(0.5), null, PRICE_MAX - 1n, 2n ** 53n],
  ],
  ['low < 0 ? null : close', [dollars(0.2), null, null, 1n, null, 2n ** 53n + 1n]],
  [
    'coalesce(open, close)',
    [dollars(0.1), dollars(100), -dollars(37.63), 1n, PRICE_MAX - 1n, 2n ** 53n],
  ],
  ['min(open, close)', [dollars(0.1), dollars(0.25), -dollars(37.63), null, 2n, 2n ** 53n]],
  [
    'max(open, close, 1)',
    [dollars(1), dollars(100), dollars(1), null, PRICE_MAX - 1n, 2n ** 53n + 1n],
  ],
  // multiples and precedence
  ['is_multiple(close, 0.25)', [false, true, true, false, false, false]],
  ['is_multiple(low, close)', [true, false, false, true, false, false]],
  ['is_multiple(close, low)', [null, true, false, false, false, false]],
  ['close + 2 * close == 3 * close', [true, true, true, true, true, true]],
  [
    '0.1 + 0.2 == 0.3 && 7 / 2 == 3 && -7 / 2 == -3 && -7 % 2 == -1',
    [true, true, true, true, true, true],
  ],
])('%s', (text, expected) => {
  expect(values(text, prices)).toEqual(expected);
});

it('lets only TRUE pass a predicate: neither false nor null', () => {
  const predicate = compilePredicate('open > 0', { schema: SCHEMAS['ohlcv-1d'] });
  expect([...predicate(prices, new EvaluationContext())]).toEqual([1, 1, 0, 0, 1, 1]);
});

const NOON = 1_720_008_000_000_000_000n;
const times = buildBatch('trades', {
  ts_event: [NOON, NOON, NOON, 0n, UNDEF_TIMESTAMP, UNDEF_TIMESTAMP - 1n],
  ts_recv: [NOON + 5_000_000_001n, NOON - 1n, NOON + 2n ** 53n + 1n, 1n, NOON, 5n],
  ts_in_delta: [0n, -1n, 2n ** 31n - 1n, 1_000_000_000n, 7n, 7n],
  side: ['A', 'B', 'N', '\0', 'A', 'B'],
  flags: [8n, 128n, 0n, 255n, 12n, 4n],
});

it.each<[string, Value[]]>([
  ["ts_recv - ts_event > duration('5s')", [true, false, true, false, null, null]],
  ['ts_recv - ts_event', [5_000_000_001n, -1n, 2n ** 53n + 1n, 1n, null, null]],
  [
    "ts_event - duration('1ns')",
    [NOON - 1n, NOON - 1n, NOON - 1n, null, null, UNDEF_TIMESTAMP - 2n],
  ],
  ["ts_event + duration('2ns')", [NOON + 2n, NOON + 2n, NOON + 2n, 2n, null, null]],
  ["ts_event == timestamp('2024-07-03T12:00:00Z')", [true, true, true, false, null, false]],
  ["ts_recv < timestamp('2024-07-03T12:00:00Z')", [false, true, false, true, false, true]],
  ["nanoseconds(ts_in_delta) >= duration('1s')", [false, false, true, true, false, false]],
  [
    "nanoseconds(ts_in_delta) / duration('2ns')",
    [
      0n,
      -500_000_000n,
      1_073_741_823_500_000_000n,
      500_000_000_000_000_000n,
      3_500_000_000n,
      3_500_000_000n,
    ],
  ],
  ["side == 'A'", [true, false, false, null, true, false]],
  ["side != 'A'", [false, true, true, null, false, true]],
  ["side in ['A', 'B']", [true, true, false, null, true, true]],
  ["!(side in ['A', 'B', 'N'])", [false, false, false, null, false, false]],
  ['side == null', [false, false, false, true, false, false]],
  ['prev(side)', [null, 65n, 66n, 78n, null, 65n]],
  ["has_flag(flags, 'BAD_TS_RECV')", [true, false, false, true, true, false]],
  ["has_flag(flags, 'LAST')", [false, true, false, true, false, false]],
  ["has_flag(flags, 'MAYBE_BAD_BOOK')", [false, false, false, true, true, true]],
  ["weekday(ts_event, 'UTC')", [3n, 3n, 3n, 4n, null, 7n]],
  ["session(ts_event) == 'rth'", [null, null, null, null, null, null]],
])('%s', (text, expected) => {
  expect(values(text, times)).toEqual(expected);
});

const definitions = buildBatch('definition', {
  raw_symbol: ['ESZ4', 'ESZ4-ESH5', 'CLZ4', ''],
  asset: ['ES', 'ES', 'CL', 'ESZ4'],
});

it.each<[string, Value[]]>([
  ["raw_symbol == 'ESZ4'", [true, false, false, false]],
  ["raw_symbol != 'ESZ4'", [false, true, true, true]],
  ["raw_symbol == ''", [false, false, false, true]],
  ["raw_symbol in ['CLZ4', '']", [false, false, true, true]],
  ['raw_symbol == asset', [false, false, false, false]],
  ["raw_symbol.startsWith('ES')", [true, true, false, false]],
  ["raw_symbol.endsWith('Z4')", [true, false, true, false]],
  ["raw_symbol.contains('-E')", [false, true, false, false]],
  ["raw_symbol.contains('')", [true, true, true, true]],
  ['size(raw_symbol)', [4n, 9n, 4n, 0n]],
  ['size(raw_symbol) > 4 ? asset : raw_symbol', ['ESZ4', 'ES', 'CLZ4', '']],
  ["'ab' == 'ab' && 'ab'.startsWith('a')", [true, true, true, true]],
])('%s', (text, expected) => {
  expect(values(text, definitions)).toEqual(expected);
});

it('divides prices exactly where long division of floats would be off by one digit', () => {
  const quotients = buildBatch('tbbo', {
    price: [3_706_407_075_463_635n, 4_313_974_468_678_535n, -6_786_070_441_713_514n],
    bid_px_00: [8_279_071_647_970_156n, 8_778_828_932_003_282n, 8_959_573_479_658_832n],
  });
  expect(values('price / bid_px_00', quotients)).toEqual([
    447_683_899n,
    491_406_598n,
    -757_409_987n,
  ]);
});

/** What the shipped rules say of records. */
import { expect, it } from '@jest/globals';
import { ColumnarBatch, SCHEMAS, UNDEF_PRICE } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import { compileRuleSet } from './rule-set/index.js';
import { shippedRules } from './testing/rule-files.js';

const rules = compileRuleSet(shippedRules());

/** One good record, with some values replaced. */
function record(name: SchemaName, values: Record<string, bigint | number>): ColumnarBatch {
  const batch = ColumnarBatch.allocate(SCHEMAS[name], 1);
  const good: Record<string, bigint | number> = {
    ts_recv: 1_719_792_000_000_000_001n,
    ts_event: 1_719_792_000_000_000_000n,
    size: 1,
    volume: 1n,
    action: 84,
    side: 65,
    ...values,
  };
  for (const [column, value] of Object.entries(good)) {
    if (!SCHEMAS[name].columns.some((candidate) => candidate.name === column)) continue;
    (batch.column(column) as unknown as (bigint | number)[])[0] = value;
  }
  return batch;
}

const verdict = (name: SchemaName, values: Record<string, bigint | number>) => {
  const {
    accepted,
    refused,
    rules: names,
    reasons,
  } = rules.schemas.get(name)!.validate(record(name, values));
  expect(accepted.length + refused.length).toBe(1);
  return names.length > 0 ? `${names[0]}: ${reasons[0]}` : 'accepted';
};

const bar = { open: 2n, high: 3n, low: 1n, close: 2n };

it.each<[SchemaName, Record<string, bigint | number>, string]>([
  ['ohlcv-1m', bar, 'accepted'],
  ['ohlcv-1m', { open: -2n, high: -1n, low: -3n, close: -3n }, 'accepted'],
  ['ohlcv-1d', { ...bar, high: 1n, low: 1n, open: 1n, close: 1n }, 'accepted'],
  ['ohlcv-1m', { ...bar, high: 0n }, 'high_below_low: high 0.000000000 is below low 0.000000001'],
  [
    'ohlcv-1s',
    { ...bar, open: 4n },
    'open_outside_range: open 0.000000004 is outside low 0.000000001 to high 0.000000003',
  ],
  [
    'ohlcv-1h',
    { ...bar, close: 0n },
    'close_outside_range: close 0.000000000 is outside low 0.000000001 to high 0.000000003',
  ],
  ['ohlcv-1m', { ...bar, volume: 0n }, 'volume_not_positive: a bar has volume 0'],
  [
    'ohlcv-1m',
    { ...bar, close: UNDEF_PRICE },
    'price_undefined: a price is unset: open 0.000000002, high 0.000000003, low 0.000000001, close null',
  ],
  ['trades', { price: -37_630_000_000n }, 'accepted'],
  ['trades', { price: UNDEF_PRICE }, 'price_undefined: a trade of size 1 has no price'],
  ['tbbo', { size: 0 }, 'size_not_positive: a trade has size 0'],
  ['trades', { side: 88 }, "side_unknown: side 'X' is none of A, B, N"],
  ['trades', { side: 0 }, 'side_unknown: side null is none of A, B, N'],
  [
    'trades',
    { ts_recv: 2n ** 64n - 1n },
    'ts_recv_out_of_range: ts_recv null is not between 1980 and 2200',
  ],
  ['trades', { ts_event: 2n ** 64n - 1n }, 'accepted'],
  [
    'trades',
    { ts_event: 0n },
    'ts_event_out_of_range: ts_event 1970-01-01T00:00:00.000000000Z is not between 1980 and 2200',
  ],
  ['mbp-1', { action: 82, price: UNDEF_PRICE, size: 0 }, 'accepted'],
  ['mbp-1', { action: 84, size: 0 }, 'size_not_positive: a trade has size 0'],
  ['statistics', { price: UNDEF_PRICE }, 'accepted'],
  ['definition', { ts_event: 0n }, 'accepted'],
  [
    'definition',
    { ts_event: 1n },
    'ts_event_out_of_range: ts_event 1970-01-01T00:00:00.000000001Z is not between 1980 and 2200',
  ],
  [
    'definition',
    { ts_recv: 0n },
    'ts_recv_out_of_range: ts_recv 1970-01-01T00:00:00.000000000Z is not between 1980 and 2200',
  ],
  ['mbo', { action: 82, side: 78, price: UNDEF_PRICE, size: 0 }, 'accepted'],
  ['mbo', { action: 67, price: UNDEF_PRICE }, 'accepted'],
  ['mbo', { action: 65, price: UNDEF_PRICE }, 'price_undefined: an order of size 1 has no price'],
  ['mbo', { action: 88 }, "action_unknown: action 'X' is none of A, C, M, R, T, F, N"],
  ['mbp-10', { action: 65, price: UNDEF_PRICE }, 'accepted'],
  ['mbp-10', { action: 0 }, 'action_unknown: action null is none of A, C, M, R, T, F, N'],
  ['mbp-1', { action: 90 }, "action_unknown: action 'Z' is none of A, C, M, R, T, F, N"],
  ['tcbbo', { action: 65 }, "not_a_trade: action 'A' is not T"],
  ['trades', { action: 0 }, 'not_a_trade: action null is not T'],
  ['cmbp-1', { price: UNDEF_PRICE }, 'price_undefined: a trade of size 1 has no price'],
  ['tcbbo', { size: 0 }, 'size_not_positive: a trade has size 0'],
  ['bbo-1m', { ts_event: 2n ** 64n - 1n, price: UNDEF_PRICE, size: 0, side: 78 }, 'accepted'],
  ['bbo-1s', { side: 0 }, 'side_unknown: side null is none of A, B, N'],
  [
    'cbbo-1m',
    { ts_recv: 2n ** 64n - 1n },
    'ts_recv_out_of_range: ts_recv null is not between 1980 and 2200',
  ],
  ['status', {}, 'accepted'],
  ['imbalance', {}, 'accepted'],
  ['ohlcv-eod', { ...bar, volume: 0n }, 'volume_not_positive: a bar has volume 0'],
])('%s %j: %s', (name, values, expected) => {
  expect(verdict(name, values)).toBe(expected);
});

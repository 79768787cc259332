import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { ColumnarBatch, SCHEMA_NAMES, SCHEMAS, UNDEF_PRICE } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import { RuleError } from './parse-yaml.js';
import { rulesVersion } from './rules-version.js';
import { compileTransforms } from './transform-rules.js';
import { compileValidations } from './validation-rules.js';

const configs = new URL('../../../configs/', import.meta.url);
const shipped = (folder: string) =>
  readdirSync(new URL(`${folder}/`, configs)).map((name) => ({
    path: `configs/${folder}/${name}`,
    text: readFileSync(new URL(`${folder}/${name}`, configs), 'utf8'),
  }));
const validations = compileValidations(shipped('validation'));

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
  const { accepted, refused, rules, reasons } = validations.get(name)!(record(name, values));
  expect(accepted.length + refused.length).toBe(1);
  return rules.length > 0 ? `${rules[0]}: ${reasons[0]}` : 'accepted';
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

it('splits a batch into accepted and refused without losing or reordering a record', () => {
  const batch = ColumnarBatch.allocate(SCHEMAS.trades, 1000);
  (batch.column('ts_recv') as BigUint64Array).fill(1_719_792_000_000_000_001n);
  (batch.column('ts_event') as BigUint64Array).fill(1_719_792_000_000_000_000n);
  (batch.column('side') as Uint8Array).fill(78);
  (batch.column('action') as Uint8Array).fill(84);
  const sizes = batch.column('size') as Uint32Array;
  batch.ordinals().forEach((_, row, ordinals) => {
    ordinals[row] = row;
    sizes[row] = row % 7;
  });
  const { accepted, refused, rules } = validations.get('trades')!(batch);
  expect([accepted.length, refused.length, rules.length]).toEqual([857, 143, 143]);
  expect([...refused.ordinals()].every((ordinal) => ordinal % 7 === 0)).toBe(true);
  expect([...accepted.ordinals()]).toEqual([...accepted.ordinals()].toSorted((a, b) => a - b));
});

it('ships transform rules that change nothing', () => {
  const transforms = compileTransforms(shipped('rules'));
  expect([...transforms.keys()].toSorted()).toEqual(SCHEMA_NAMES.toSorted());
  const batch = record('trades', {});
  expect(transforms.get('trades')!(batch)).toEqual({ batch, filtered: new Map() });
});

const others = SCHEMA_NAMES.filter((name) => name !== 'statistics').join(', ');
const withStatistics = (rules: string) =>
  compileTransforms([
    { path: 'others.yaml', text: `schemas: [${others}]` },
    { path: 'statistics.yaml', text: `schemas: [statistics]\n${rules}` },
  ]).get('statistics')!;

it('sets and filters as the YAML says, and counts by filter', () => {
  const transform = withStatistics(`
set:
  - { column: stat_flags, to: 0, when: { column: stat_flags, eq: 255 } }
  - { column: price, to: null, when: { column: stat_type, in: [6, 9] } }
  - { column: ts_event, to: { column: ts_recv } }
filter:
  - { name: deletions, when: { column: update_action, eq: 2 } }
`);
  const batch = ColumnarBatch.allocate(SCHEMAS.statistics, 3);
  (batch.column('stat_flags') as Uint8Array).set([255, 1, 0]);
  (batch.column('stat_type') as Uint16Array).set([3, 6, 9]);
  (batch.column('update_action') as Uint8Array).set([1, 1, 2]);
  (batch.column('price') as BigInt64Array).fill(7n);
  (batch.column('ts_recv') as BigUint64Array).fill(9n);
  const result = transform(batch);
  expect([...result.filtered]).toEqual([['deletions', 1]]);
  expect([...result.batch.column('stat_flags')]).toEqual([0, 1]);
  expect([...result.batch.column('price')]).toEqual([7n, UNDEF_PRICE]);
  expect([...result.batch.column('ts_event')]).toEqual([9n, 9n]);
});

it.each([
  [
    'filter: [{ name: a, when: { column: stat_tpye, eq: 2 } }]',
    "statistics.yaml:2:10: schema statistics has no column 'stat_tpye'",
  ],
  ['set: [{ column: ts_recv, to: 0 }]', 'statistics.yaml:2:7: ts_recv says which record this is'],
  ['set: [{ column: sequence, to: null }]', 'column sequence has no null'],
  ['set: [{ column: price, to: { column: quantity } }]', 'are of different types'],
  ['filter: [{ name: a, when: { column: stat_type, eq: 2, ne: 3 } }]', 'statistics.yaml:2:'],
  ['filters: []', 'statistics.yaml:1:1: Unrecognized key: "filters"'],
  ['set: [', 'statistics.yaml:2:'],
])('refuses %s with its place', (rules, message) => {
  expect(() => withStatistics(rules)).toThrow(message);
  expect(() => withStatistics(rules)).toThrow(RuleError);
});

it('refuses to leave a schema without rules', () => {
  expect(() => compileValidations([])).toThrow('no validation rules for mbo, mbp-1');
});

it('has a version that moves with the text and not with the order of files', () => {
  const [a, b] = [
    { path: 'a', text: '1' },
    { path: 'b', text: '2' },
  ];
  expect(rulesVersion([a, b])).toBe(rulesVersion([b, a]));
  expect(rulesVersion([a, b])).not.toBe(rulesVersion([a, { ...b, text: '3' }]));
});

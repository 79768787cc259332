/**
 * What the system before this one got wrong, by the numbers of docs/rules.md: those that rules and records can show.
 * The table there says where the others are proven.
 */
import { expect, it } from '@jest/globals';
import type { BatchHeader, RuleOutcome } from '@tapeline/contracts';
import { DbnError, encodeRecords } from '@tapeline/dbn';
import { decodeArrow, SCHEMA_NAMES, SCHEMAS, UNDEF_PRICE } from '@tapeline/records';
import type { ColumnarBatch, SchemaName } from '@tapeline/records';
import { NOON, px, soundRecord } from './corpus/sound-record.js';
import { compileRuleSet } from './rule-set/index.js';
import type { RuleSet } from './rule-set/index.js';
import { rawHeader } from './testing/raw-header.js';
import { recordsOf, rulesOf, shippedRules } from './testing/rule-files.js';
import type { Values } from './testing/rule-files.js';
import { decodeBatch, transformBatch } from './transform-batch.js';
import { validateBatch } from './validate-batch.js';

const shipped = compileRuleSet(shippedRules());

interface Passed {
  readonly accepted: ColumnarBatch;
  readonly refused: ColumnarBatch[];
  readonly rules: string[];
  readonly reasons: string[];
  readonly flags: string[];
  readonly header: BatchHeader;
}

/** Records from the wire to what is stored, as the services put them through. */
function pass(schema: SchemaName, records: readonly Values[], rules: RuleSet = shipped): Passed {
  const whole = records.map((values) => ({ ...soundRecord(schema), ...values }));
  const bytes = encodeRecords(recordsOf(schema, whole), 3);
  const header = rawHeader(schema, whole.length);
  const transformed = transformBatch(header, decodeBatch(header, bytes), rules);
  const messages = validateBatch(transformed.header, transformed.payload, rules);
  const [stored, ...refused] = messages.map(({ payload }) => decodeArrow(payload));
  const outcomes = stored!.outcomes as readonly RuleOutcome[];
  return {
    accepted: stored!.batch,
    refused: refused.map(({ batch }) => batch),
    rules: refused.flatMap(({ extra }) => extra['rule']!),
    reasons: refused.flatMap(({ extra }) => extra['reason']!),
    flags: outcomes
      .filter(({ severity }) => severity !== 'error')
      .map(({ rule, records: count }) => `${rule} ${count}`),
    header: messages[0]!.header,
  };
}

const PRICED = SCHEMA_NAMES.filter((name) => {
  const names = new Set(SCHEMAS[name].columns.map((column) => column.name));
  return names.has('price') || names.has('close');
});

it('1. every record keeps its own instrument, and is compared with records of that alone', () => {
  const ids = [7, 8, 7, 8, 9];
  const prices = [px(100), px(20_000), px(101), px(20_100), px(50)];
  const records = ids.map((instrument_id, row) => ({ instrument_id, price: prices[row]! }));
  const { accepted, flags } = pass('trades', records);
  expect([...accepted.column('instrument_id')]).toEqual(ids);
  expect(flags).toEqual([]);
});

it('2. two identical trades are two records', () => {
  const { accepted, flags } = pass('trades', [{}, {}]);
  expect([accepted.length, flags]).toEqual([2, []]);
});

it('4. what cannot be transformed goes no further', () => {
  const bytes = encodeRecords(recordsOf('trades', [soundRecord('trades')]), 3);
  const header = rawHeader('trades', 1);
  expect(() => decodeBatch(header, bytes.subarray(0, -4))).toThrow(DbnError);
  expect(() => decodeBatch({ ...header, schema: 'ohlcv-1m' }, bytes)).toThrow(DbnError);
});

it('4. the second stage refuses what the first let pass', () => {
  expect(pass('trades', [{ size: 0 }]).rules).toEqual(['size_not_positive']);
  // Nothing of a status can be contradictory by itself.
  const bare = SCHEMA_NAMES.filter((name) => {
    const { rules } = shipped.schemas.get(name)!;
    return (
      !rules.some(({ stage }) => stage === 'structure') ||
      !rules.some(({ stage }) => stage === 'business')
    );
  });
  expect(bare).toEqual(['status']);
});

it('5. kinds of statistics have the numbers that Databento gives them', () => {
  const { schema, transform } = rulesOf(
    'statistics',
    `map:
  - column: what
    cases:
      - { when: stat_type == 1, to: "'opening price'" }
      - { when: stat_type == 3, to: "'settlement'" }
      - { when: stat_type == 6, to: "'cleared volume'" }
      - { when: stat_type == 9, to: "'open interest'" }
`,
  );
  const { meaning } = schema.columns.find(({ name }) => name === 'stat_type')!;
  const types = [1, 3, 6, 9];
  const { batch } = transform(
    recordsOf(
      'statistics',
      types.map((stat_type) => ({ stat_type })),
    ),
  );
  const width = schema.columns.find(({ name }) => name === 'what')!.width;
  types.forEach((type, row) => {
    const bytes = batch.column('what').subarray(row * width, (row + 1) * width) as Uint8Array;
    const text = Buffer.from(bytes).toString('latin1').replaceAll('\0', '');
    expect(meaning).toContain(`${type} ${text}`);
  });
  expect(pass('statistics', [{ stat_type: 3, price: UNDEF_PRICE }]).flags).toEqual([
    'settlement_without_price 1',
  ]);
  const negative = types.map((stat_type) => ({ stat_type, quantity: -1n }));
  expect(pass('statistics', negative).flags).toEqual(['quantity_negative 2']);
});

it('6. bars are stamped at their start', () => {
  for (const name of SCHEMA_NAMES.filter((each) => each.startsWith('ohlcv'))) {
    const { indexColumn, columns, meaning } = SCHEMAS[name];
    expect(indexColumn).toBe('ts_event');
    expect(columns.find((column) => column.name === 'ts_event')!.meaning).toContain(
      'start of the bar, inclusive',
    );
    expect(meaning).toContain('stamped at their start');
  }
});

it('7. what knows one schema knows all', () => {
  expect([...shipped.schemas.keys()]).toEqual([...SCHEMA_NAMES]);
  for (const folder of ['rules', 'validation'] as const) {
    const files = shippedRules();
    const [, ...others] = files[folder];
    expect(() => compileRuleSet({ ...files, [folder]: others })).toThrow(/no \w+ rules for/);
  }
});

it('9. prices and times are exact, to the last of their 64 bits', () => {
  const exact = {
    price: 9_007_199_254_740_993_123n,
    ts_event: NOON + 123_456_789n,
    ts_recv: NOON + 123_456_790n,
  };
  const { accepted } = pass('trades', [exact]);
  for (const [name, value] of Object.entries(exact)) {
    expect(accepted.column(name)[0]).toBe(value);
  }
  const { validate } = rulesOf(
    'trades',
    '',
    `business:
  - { name: above, refuse: price > 9007199254.740993122, reason: 'price {price}' }
  - { name: late, refuse: ts_recv - ts_event > duration('1ns'), reason: 'late' }
`,
  );
  const below = { ...exact, price: exact.price - 1n };
  const { rules, reasons } = validate(recordsOf('trades', [exact, below]));
  expect([rules, reasons]).toEqual([['above'], ['price 9007199254.740993123']]);
});

it('9. an unset price is null, and never a price', () => {
  const { rules, reasons } = pass('trades', [{ price: UNDEF_PRICE }]);
  expect([rules, reasons]).toEqual([['price_undefined'], ['a trade of size 5 has no price']]);
  const { validate } = rulesOf(
    'trades',
    '',
    "business: [{ name: dear, refuse: price > 1000000, reason: 'price {price}' }]",
  );
  expect(validate(recordsOf('trades', [{ price: UNDEF_PRICE }])).rules).toEqual([]);
});

it.each(PRICED)('10. %s: prices below zero are legal', (name) => {
  const price = px(-3763);
  const values = name.startsWith('ohlcv')
    ? { open: price, high: price, low: price, close: price }
    : { price };
  const { accepted, rules, flags } = pass(name, [values, { ...values }]);
  expect([accepted.length, rules, flags]).toEqual([2, [], []]);
});

it.each(['tbbo', 'tcbbo'] as const)('11. %s keeps its trade beside the quote', (name) => {
  const trade = { price: px(10_000), size: 17, side: 'A' };
  const { accepted } = pass(name, [trade]);
  expect(accepted.column('price')[0]).toBe(trade.price);
  expect(accepted.column('size')[0]).toBe(17);
  expect(accepted.column('side')[0]).toBe('A'.charCodeAt(0));
  expect(accepted.column('bid_px_00')[0]).toBe(px(9975));
  expect(accepted.column('ask_px_00')[0]).toBe(px(10_025));
});

it('13. a definition is that of the record, not one for all', () => {
  const { validate } = rulesOf(
    'trades',
    '',
    "business: [{ name: tick, refuse: '!is_multiple(price, definition.min_price_increment)', reason: 'tick {definition.min_price_increment}' }]",
  );
  const records = recordsOf('trades', [{ price: px(10) }, { price: px(10) }, { price: px(10) }]);
  const ticks = BigInt64Array.of(px(5), px(25), px(25));
  // The second day has another tick than the first; of the third nothing is known.
  const definition = { column: () => ({ data: ticks, unknown: Uint8Array.of(0, 0, 1) }) };
  const { refused, reasons } = validate(records, { lookups: { definition } });
  expect([[...refused.ordinals()], reasons]).toEqual([[1], ['tick 0.250000000']]);
});

it('14. records that are all refused or left out are accounted for', () => {
  const rules = compileRuleSet({
    ...shippedRules(),
    rules: [
      {
        path: 'rules.yaml',
        text: `schemas: [${SCHEMA_NAMES.join(', ')}]\nfilter: [{ name: none, when: instrument_id == 0 }]`,
      },
    ],
  });
  const { accepted, header } = pass('trades', [{}, { instrument_id: 1, size: 0 }], rules);
  expect(accepted.length).toBe(0);
  expect(header).toMatchObject({ fetched: 2, filtered: 1, quarantined: 1 });
});

it('16. nulls reach the rules, and neither a comparison nor its opposite is true of them', () => {
  const { validate } = rulesOf(
    'trades',
    '',
    `structure:
  - { name: above, refuse: price > 0, reason: 'above' }
  - { name: not_above, refuse: '!(price > 0)', reason: 'not above' }
  - { name: unset, refuse: is_null(price), reason: 'unset' }
`,
  );
  const records = recordsOf('trades', [{ price: 1n }, { price: UNDEF_PRICE }, { price: 0n }]);
  expect(validate(records).rules).toEqual(['above', 'unset', 'not_above']);
});

const codeOf = (letter: unknown): number => String(letter).charCodeAt(0);

it('17. a refused record keeps every field, with rule and reason', () => {
  const record = { ...soundRecord('trades'), size: 0, sequence: 4711, price: px(-1) };
  const { refused, rules, reasons } = pass('trades', [{}, record]);
  const [batch] = refused;
  for (const [name, value] of Object.entries(record)) {
    const expected: unknown = name === 'action' || name === 'side' ? codeOf(value) : value;
    expect(batch!.column(name)[0]).toBe(expected);
  }
  expect([...batch!.ordinals()]).toEqual([1]);
  expect([rules, reasons]).toEqual([['size_not_positive'], ['a trade has size 0']]);
});

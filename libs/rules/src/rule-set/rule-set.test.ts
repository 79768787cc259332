import { expect, it } from '@jest/globals';
import { extendSchema, parseTimestamp, SCHEMAS, UNDEF_PRICE } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import type { ColumnLookup } from '../expressions/index.js';
import { compileRuleSet } from './compile-rule-set.js';
import { surroundingsOf } from '../surroundings-of.js';
import { filesOf, recordsOf, rulesOf } from '../testing/rule-files.js';

const DOLLAR = 1_000_000_000n;
const text = (batch: ColumnarBatch, name: string): string[] => {
  const { width } = batch.schema.columns.find((column) => column.name === name)!;
  const bytes = Buffer.from(batch.column(name) as Uint8Array);
  return Array.from({ length: batch.length }, (_, row) =>
    bytes.toString('latin1', row * width, (row + 1) * width).replace(/\0+$/, ''),
  );
};

const statistics = recordsOf('statistics', [
  { stat_type: 3, price: 10n * DOLLAR, quantity: 2n, stat_flags: 255, update_action: 1 },
  { stat_type: 9, price: UNDEF_PRICE, quantity: 5n, stat_flags: 1, update_action: 1 },
  { stat_type: 6, price: 4n * DOLLAR, quantity: 2n ** 63n - 1n, stat_flags: 0, update_action: 2 },
]);

it('sets, derives, maps, filters, renames and drops, in this order', () => {
  const { transform, schema } = rulesOf(
    'statistics',
    `
set:
  - { column: stat_flags, to: 0, when: stat_flags == 255 }
  - { column: price, to: price / 2, when: stat_flags == 0 }
  - { column: ts_event, to: ts_recv }
derive:
  - { column: worth, as: price * quantity, description: price times quantity }
  - { column: is_large, as: worth > 5 }
map:
  - column: label
    cases:
      - { when: price > 1000, to: "'never'" }
      - { when: stat_type == 3, to: "'settlement'" }
      - { when: stat_type == 9, to: "'open interest'" }
filter:
  - { name: deletions, when: update_action == 2 }
rename:
  - { column: worth, to: turnover }
  - { column: sequence, to: number }
drop: [is_large, price]
`,
  );
  const before = statistics.column('price').slice();
  const { batch, outcomes } = transform(statistics);
  expect(batch.schema).toBe(schema);
  expect(batch.schema.columns.slice(-5).map(({ name }) => name)).toEqual([
    'stat_flags',
    'label',
    'turnover',
    'number',
    'ordinal',
  ]);
  expect(text(batch, 'label')).toEqual(['settlement', 'open interest']);
  expect([...batch.column('turnover')]).toEqual([10n * DOLLAR, UNDEF_PRICE]);
  expect([...batch.column('price')]).toEqual([UNDEF_PRICE, UNDEF_PRICE]);
  expect([...batch.column('stat_flags')]).toEqual([0, 1]);
  expect([...batch.column('number')]).toEqual([0n, 0n]);
  expect(outcomes).toEqual([
    {
      stage: 'transform',
      rule: 'deletions',
      severity: 'filtered',
      records: 1,
      ordinals: [[2, 3]],
      examples: ['update_action 2'],
    },
  ]);
  expect(statistics.column('price')).toEqual(before);
});

it('looks up, in both stages, what expressions and reasons name', () => {
  const { transform, validate, asks } = rulesOf(
    'trades',
    `
set: [{ column: flags, to: 1, when: definition.leg_count > 0 }]
derive:
  - { column: venue_symbol, as: symbology.raw_symbol }
  - { column: ticks, as: price / definition.min_price_increment }
filter: [{ name: options, when: "definition.instrument_class == 'C'" }]`,
    `
business:
  - name: foreign
    severity: error
    when: definition.currency != 'USD'
    reason: in {definition.currency}, unit {definition.unit_of_measure_qty}`,
  );
  expect(asks).toEqual({
    transform: {
      definition: ['instrument_class', 'leg_count', 'min_price_increment'],
      symbology: ['raw_symbol'],
    },
    validate: { definition: ['currency', 'unit_of_measure_qty'] },
  });
  const values: Record<string, readonly (bigint | number | string)[]> = {
    leg_count: [0, 2, 0],
    instrument_class: ['F', 'S', 'C'],
    min_price_increment: [DOLLAR / 4n, DOLLAR / 2n, 1n],
    raw_symbol: ['ESU4', 'ESU4-ESZ4', 'ESU4 C5000'],
    currency: ['EUR', 'USD', 'USD'],
    unit_of_measure_qty: [50n * DOLLAR, 1n, 1n],
  };
  const definitions = recordsOf(
    'definition',
    [0, 1, 2].map((row) =>
      Object.fromEntries(Object.entries(values).map(([name, rows]) => [name, rows[row]!])),
    ),
  );
  const lookup: ColumnLookup = {
    column: ({ name }, { length }) => {
      const width =
        name === 'raw_symbol' || name === 'currency' ? definitions.column(name).length / 3 : 1;
      return { data: definitions.column(name).slice(0, length * width) };
    },
  };
  const lookups = { definition: lookup, symbology: lookup };
  const { batch } = transform(recordsOf('trades', [{ price: DOLLAR }, { price: DOLLAR }, {}]), {
    lookups,
  });
  expect(text(batch, 'venue_symbol')).toEqual(['ESU4', 'ESU4-ESZ4']);
  expect([...batch.column('ticks')]).toEqual([4n * DOLLAR, 2n * DOLLAR]);
  expect([...batch.column('flags')]).toEqual([0, 1]);
  const { reasons } = validate(batch, { lookups });
  expect(reasons).toEqual(["in 'EUR', unit 50.000000000"]);
});

it('keeps each kind of value that is derived, and its nulls', () => {
  const rules = `
derive:
  - { column: p, as: price + 0.25 }
  - { column: d, as: price / 4.0 }
  - { column: t, as: ts_event + duration('1s') }
  - { column: u, as: ts_recv - ts_event }
  - { column: y, as: "date(ts_event, 'UTC')" }
  - { column: i, as: size * 2 }
  - { column: b, as: price > 1 }
  - { column: c, as: side }
  - { column: s, as: "coalesce(definition.currency, 'EUR')" }
`;
  const { transform, validate } = rulesOf(
    'trades',
    rules,
    `
business:
  - name: all
    when: u > duration('2s') && b && y == '1970-01-02' && c == 'A' && s == 'EUR' && p > 2 && t > ts_event
    reason: 'p {p} d {d} t {t} u {u} y {y} i {i} b {b} c {c} s {s}'
`,
  );
  const day = 86_400_000_000_000n;
  const { batch } = transform(
    recordsOf('trades', [
      { price: 2n * DOLLAR, ts_event: day, ts_recv: day + 3n * DOLLAR, size: 4, side: 'A' },
      { price: UNDEF_PRICE, ts_event: day, ts_recv: 2n ** 64n - 1n, size: 1, side: 0 },
    ]),
  );
  expect(batch.schema.columns.flatMap(({ derived }) => derived ?? [])).toEqual([
    'price',
    'price',
    'timestamp',
    'duration',
    'date',
    'int',
    'bool',
    'char',
    'string',
  ]);
  const unset = 2n ** 63n - 1n;
  expect([...batch.column('p')]).toEqual([(9n * DOLLAR) / 4n, UNDEF_PRICE]);
  expect([...batch.column('u')]).toEqual([3n * DOLLAR, unset]);
  expect([...batch.column('b')]).toEqual([1, 255]);
  expect([...batch.column('c')]).toEqual([65, 0]);
  expect(validate(batch).reasons).toEqual([
    "p 2.250000000 d 0.500000000 t 1970-01-02T00:00:01.000000000Z u 3.000000000 s y 1970-01-02 i 8 b true c 'A' s 'EUR'",
  ]);
});

it('takes the first case of a map that is true, unknown ones left aside', () => {
  const { transform } = rulesOf(
    'trades',
    `
map:
  - column: rank
    cases:
      - { when: price > 100, to: 1 }
      - { when: size > 5, to: size }
      - { when: side == 'N', to: null }
    otherwise: 0
`,
  );
  const { batch } = transform(
    recordsOf('trades', [
      { price: 101n * DOLLAR, size: 9 },
      { price: UNDEF_PRICE, size: 9 },
      { price: 0n, size: 5, side: 'N' },
      { price: 0n, size: 5, side: 'A' },
    ]),
  );
  expect([...batch.column('rank')]).toEqual([1n, 9n, 2n ** 63n - 1n, 0n]);
});

it('leaves a value as it is where there is none to be set', () => {
  const { transform } = rulesOf(
    'trades',
    `set: [{ column: size, to: size * 4000000000 }, { column: sequence, to: prev(sequence) }]`,
  );
  const { batch } = transform(
    recordsOf('trades', [
      { size: 1, sequence: 7 },
      { size: 2, sequence: 8 },
      { size: 0, sequence: 9 },
    ]),
  );
  expect([...batch.column('size')]).toEqual([4_000_000_000, 2, 0]);
  expect([...batch.column('sequence')]).toEqual([7, 7, 8]);
});

it('knows no record of another batch', () => {
  const { transform, validate } = rulesOf(
    'trades',
    `filter: [{ name: repeated, when: size == prev(size) }]`,
    `business: [{ name: same, refuse: price == prev(price), reason: again }]`,
  );
  const batch = recordsOf('trades', [{ size: 1 }, { size: 2 }]);
  for (const _ of [1, 2]) {
    expect(transform(batch).outcomes).toEqual([]);
    expect([...validate(batch).refused.ordinals()]).toEqual([1]);
  }
});

it('takes batches that other rules have transformed', () => {
  const validation = `business: [{ name: large, refuse: notional > 5, reason: 'notional {notional}' }]`;
  const now = rulesOf('trades', `derive: [{ column: notional, as: price * size }]`, validation);
  const old = rulesOf('trades', `derive: [{ column: other, as: size }]`);
  const records = recordsOf('trades', [
    { price: 6n * DOLLAR, size: 1 },
    { price: 1n, size: 1 },
  ]);
  expect(now.validate(now.transform(records).batch).reasons).toEqual(['notional 6.000000000']);
  const { accepted } = now.validate(old.transform(records).batch);
  expect(accepted.schema).toBe(old.schema);
  expect(accepted.length).toBe(2);
  expect(now.validate(records).accepted).toBe(records);
});

it('tells what rules there are', () => {
  const { rules, maxRefused, schema, chunkChecks } = rulesOf(
    'mbp-1',
    "filter: [{ name: clears, when: action == 'R', description: the book is cleared }]",
    `max_refused: 2.5%
business:
  - name: crossed
    severity: warn
    when: bid_px_00 > ask_px_00
    reason: bid {bid_px_00}`,
  );
  expect(schema).toBe(SCHEMAS['mbp-1']);
  expect([maxRefused, chunkChecks]).toEqual([0.025, []]);
  expect(rules).toEqual([
    {
      name: 'clears',
      stage: 'filter',
      severity: 'filtered',
      expression: "action == 'R'",
      description: 'the book is cleared',
      file: 'rules.yaml',
      line: 2,
    },
    {
      name: 'crossed',
      stage: 'business',
      severity: 'warn',
      expression: 'bid_px_00 > ask_px_00',
      description: 'bid {bid_px_00}',
      file: 'validation.yaml',
      line: 4,
    },
  ]);
  expect(rulesOf('trades', '').maxRefused).toBeNull();
});

const CALENDAR = {
  path: 'cme.yaml',
  text: `
name: cme
datasets: [GLBX.MDP3]
zone: America/Chicago
days: [mon]
sessions: [{ kind: rth, from: '08:30', to: '15:00' }]`,
};

it('knows the sessions of the dataset that a batch is of', () => {
  const rule = `business: [{ name: off_hours, refuse: session(ts_recv) != 'rth', reason: '{session(ts_recv)}' }]`;
  const files = { ...filesOf('trades', '', rule), calendars: [CALENDAR] };
  const ruleSet = compileRuleSet(files);
  const monday = parseTimestamp('2024-07-08');
  const batch = recordsOf(
    'trades',
    [13n, 14n, 20n].map((hour) => ({ ts_recv: monday + hour * 3_600_000_000_000n })),
  );
  const { validate } = ruleSet.schemas.get('trades')!;
  const own = validate(batch, surroundingsOf(ruleSet, 'GLBX.MDP3'));
  expect([[...own.refused.ordinals()], own.reasons]).toEqual([
    [0, 2],
    ['closed', 'closed'],
  ]);
  // Without a calendar nothing is known, and what is unknown refuses nothing.
  expect(validate(batch, surroundingsOf(ruleSet, 'XEUR.EOBI')).refused.length).toBe(0);
});

it('has versions that move with their own files and the calendars, not with the order of files', () => {
  const files = filesOf('trades', '', '');
  const version = (changed: Partial<typeof files>) => compileRuleSet({ ...files, ...changed });
  const base = version({});
  expect(base.version).toBe(`${base.transformVersion}.${base.validationVersion}`);
  expect(version({ rules: files.rules.toReversed() }).version).toBe(base.version);
  const commented = [...files.rules, { path: 'more.yaml', text: 'schemas: [' }];
  expect(() => version({ rules: commented })).toThrow('more.yaml:1:');
  const other = version({ validation: filesOf('trades', '', 'max_refused: 1%').validation });
  expect(other.transformVersion).toBe(base.transformVersion);
  expect(other.validationVersion).not.toBe(base.validationVersion);
  const calendar = version({ calendars: [CALENDAR] });
  expect(calendar.transformVersion).not.toBe(base.transformVersion);
  expect(() => version({ calendars: [{ path: 'cme.yaml', text: '' }] })).toThrow('cme.yaml:1:1');
});

it('makes the same extension of a schema from the same rules', () => {
  const derive = 'derive: [{ column: notional, as: price * size }]';
  const { schema } = rulesOf('trades', derive);
  expect(rulesOf('trades', derive).schema).toBe(schema);
  expect(schema).not.toBe(rulesOf('trades', 'derive: [{ column: notional, as: size }]').schema);
  expect(extendSchema(SCHEMAS.trades, [])).toBe(SCHEMAS.trades);
});

/** The stages of validation: what is refused, what is flagged, and that nothing is lost. */
import { expect, it } from '@jest/globals';
import { recordsOf, rulesOf } from '../testing/rule-files.js';
import type { Values } from '../testing/rule-files.js';

const DOLLAR = 1_000_000_000n;

const staged = `
structure:
  - { name: no_size, refuse: size == 0, reason: 'size {size}' }
  - { name: odd_flags, severity: info, when: flags == 1, reason: flags }
business:
  - { name: high, refuse: price > 10, reason: 'price {price}' }
  - { name: higher, refuse: price > 20, reason: 'price {price}' }
  - { name: jump, severity: warn, when: price != prev(price), reason: '{prev(price)} then {price}' }
`;

it('applies business rules to what passed the structure, and flags only what is stored', () => {
  const { validate } = rulesOf('trades', '', staged);
  const prices: Values[] = [
    { size: 1, price: 1n * DOLLAR },
    { size: 0, price: 30n * DOLLAR, flags: 1 },
    { size: 1, price: 1n * DOLLAR, flags: 1 },
    { size: 1, price: 30n * DOLLAR, flags: 1 },
    { size: 1, price: 2n * DOLLAR },
  ];
  const result = validate(recordsOf('trades', prices));
  expect([...result.accepted.ordinals()]).toEqual([0, 2, 4]);
  expect([...result.refused.ordinals()]).toEqual([1, 3]);
  expect(result.rules).toEqual(['no_size', 'high']);
  expect(result.reasons).toEqual(['size 0', 'price 30.000000000']);
  expect(result.outcomes).toEqual([
    one('no_size', 'error', 1, 'size 0'),
    one('odd_flags', 'info', 2, 'flags'),
    one('high', 'error', 3, 'price 30.000000000'),
    one('jump', 'warn', 4, '30.000000000 then 2.000000000'),
  ]);
});

const one = (rule: string, severity: string, ordinal: number, example: string) => ({
  stage: 'validate',
  rule,
  severity,
  records: 1,
  ordinals: [[ordinal, ordinal + 1]],
  examples: [example],
});

it('loses no record, whatever the rules do', () => {
  const { transform, validate } = rulesOf(
    'trades',
    'filter: [{ name: third, when: sequence % 3 == 0 }]',
    `
structure: [{ name: fifth, refuse: sequence % 5 == 0, reason: x }]
business: [{ name: seventh, refuse: sequence % 7 == 0, reason: x }]
`,
  );
  const records = Array.from({ length: 1000 }, (_, sequence) => ({
    sequence,
    ordinal: 50 + sequence,
  }));
  const { batch, outcomes } = transform(recordsOf('trades', records));
  const { accepted, refused, outcomes: later } = validate(batch);
  const counts = Object.fromEntries(
    [...outcomes, ...later].map(({ rule, records: count }) => [rule, count]),
  );
  expect(counts).toEqual({ third: 334, fifth: 133, seventh: 76 });
  expect(accepted.length + refused.length + 334).toBe(1000);
  const seen = [...outcomes, ...later].flatMap(({ ordinals }) =>
    ordinals.flatMap(([from, to]) => Array.from({ length: to - from }, (_, at) => from + at)),
  );
  const all = [...seen, ...accepted.ordinals()].toSorted((a, b) => a - b);
  expect(all).toEqual(records.map(({ ordinal }) => ordinal));
  expect([...refused.ordinals()]).toEqual([...refused.ordinals()].toSorted((a, b) => a - b));
});

it('looks at a batch as a whole', () => {
  const { validate } = rulesOf(
    'trades',
    '',
    `
structure: [{ name: no_size, refuse: size == 0, reason: x }]
batch:
  - { name: one_sided, severity: warn, when: count(!(side == 'N')) * 2 < count(), reason: '{count(side)} sides, {distinct(side)} different, of {count()}' }
  - { name: broken, when: max(price) - min(price) > 50 && sum(size) < 10, reason: '{min(price)} to {max(price)} in {sum(size)}' }
`,
  );
  const [some, sides] = [{ size: 1, side: 'N', price: DOLLAR }, { side: 'A' }];
  const warned = validate(recordsOf('trades', [{}, some, some, { ...some, ...sides }]));
  expect(warned.outcomes.slice(1)).toEqual([
    {
      ...one('one_sided', 'warn', 1, '3 sides, 2 different, of 3'),
      records: 3,
      ordinals: [[1, 4]],
    },
  ]);
  const broken = validate(recordsOf('trades', [{}, some, { ...some, price: 52n * DOLLAR }]));
  expect(broken.accepted.length).toBe(0);
  expect(broken.rules).toEqual(['no_size', 'broken', 'broken']);
  expect(broken.reasons[1]).toBe('1.000000000 to 52.000000000 in 2');
  expect(broken.outcomes.map(({ rule, records }) => [rule, records])).toEqual([
    ['no_size', 1],
    ['broken', 2],
  ]);
  expect(validate(recordsOf('trades', [some, { ...some, price: 51n * DOLLAR }])).rules).toEqual([]);
  expect(validate(recordsOf('trades', [])).outcomes).toEqual([]);
});

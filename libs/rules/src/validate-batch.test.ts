import { expect, it } from '@jest/globals';
import type { BatchHeader } from '@tapeline/contracts';
import { ColumnarBatch, decodeArrow, encodeArrow, SCHEMAS } from '@tapeline/records';
import { rawHeader } from './testing/raw-header.js';
import { rulesForAll } from './testing/rule-files.js';
import { CountMismatchError, validateBatch } from './validate-batch.js';

const rules = rulesForAll(
  '',
  `
business: [{ name: odd, refuse: publisher_id == 1, reason: 'publisher {publisher_id}' }]`,
);

const header = (fetched: number, filtered = 0): BatchHeader =>
  rawHeader('trades', fetched, { filtered, dbn_version: 1, rules_version: 't' });

/** Trades of which every second has publisher 1. */
function trades(length: number): ColumnarBatch {
  const batch = ColumnarBatch.allocate(SCHEMAS.trades, length);
  batch.ordinals().forEach((_, row, ordinals) => {
    ordinals[row] = row;
    batch.column('publisher_id')[row] = row % 2;
  });
  return batch;
}

it('passes a good batch on with the very bytes it came in', () => {
  const payload = encodeArrow(trades(1));
  const [only, ...rest] = validateBatch(header(1), payload, rules);
  expect(rest).toEqual([]);
  expect(only?.payload).toBe(payload);
  expect(only?.subject).toBe('md.validated.GLBX-MDP3.trades');
  expect(only?.header).toEqual({ ...header(1), rules_version: `t.${rules.validationVersion}` });
});

it('loses no record between the accepted and the quarantined messages', () => {
  const out = validateBatch(header(5000), encodeArrow(trades(5000)), rules);
  expect(out.map(({ header: { part } }) => part)).toEqual([
    'stored',
    'quarantined.0',
    'quarantined.1',
    'quarantined.2',
  ]);
  const ordinals = out.flatMap(({ payload }) => [...decodeArrow(payload).batch.ordinals()]);
  expect(ordinals.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  const { batch, extra } = decodeArrow(out[1]!.payload);
  expect([batch.length, extra['rule']?.[0], extra['reason']?.[0]]).toEqual([
    1000,
    'odd',
    'publisher 1',
  ]);
  expect(out.every(({ header: { quarantined } }) => quarantined === 2500)).toBe(true);
});

const flagging = rulesForAll(
  '',
  `
business:
  - { name: odd, refuse: publisher_id == 1, reason: odd }
  - { name: high, severity: warn, when: instrument_id > 2, reason: high }`,
);

it('passes on what the transform did, and adds what it did itself', () => {
  const batch = trades(6);
  (batch.column('instrument_id') as Uint32Array).set([0, 1, 2, 3, 4, 5]);
  const filtered = {
    stage: 'transform',
    rule: 'f',
    severity: 'filtered',
    records: 2,
    ordinals: [[6, 8]],
    examples: [],
  };
  const [stored, refused] = validateBatch(
    header(8, 2),
    encodeArrow(batch, {}, [filtered]),
    flagging,
  );
  const outcome = { stage: 'validate', severity: 'error', records: 3 };
  expect(decodeArrow(stored!.payload).outcomes).toEqual([
    filtered,
    {
      ...outcome,
      rule: 'odd',
      ordinals: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      examples: ['odd', 'odd', 'odd'],
    },
    {
      ...outcome,
      rule: 'high',
      severity: 'warn',
      records: 1,
      ordinals: [[4, 5]],
      examples: ['high'],
    },
  ]);
  expect(decodeArrow(refused!.payload).outcomes).toEqual([]);
  const untouched = encodeArrow(trades(1), {}, [filtered]);
  expect(validateBatch(header(3, 2), untouched, flagging)[0]!.payload).toBe(untouched);
});

it('sends an empty batch on when all of it was refused or filtered, for the ledger to count', () => {
  const out = validateBatch(header(3, 3), encodeArrow(trades(0)), rules);
  expect(out).toHaveLength(1);
  expect(decodeArrow(out[0]!.payload).batch.length).toBe(0);
});

it('refuses a batch that holds more or fewer records than were fetched', () => {
  expect(() => validateBatch(header(3), encodeArrow(trades(2)), rules)).toThrow(CountMismatchError);
  expect(() => validateBatch(header(2, 1), encodeArrow(trades(2)), rules)).toThrow(
    'holds 2 records and 1 were filtered, but 2 were fetched',
  );
});

it('refuses a batch of another schema than its header says', () => {
  const payload = encodeArrow(ColumnarBatch.allocate(SCHEMAS.tbbo, 1));
  expect(() => validateBatch(header(1), payload, rules)).toThrow('holds tbbo');
});

import { expect, it } from '@jest/globals';
import { SCHEMAS, UNDEF_PRICE, UNDEF_TIMESTAMP } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { compileExpression, compilePredicate } from './compile-expression.js';
import { EvaluationContext } from './evaluation-context.js';
import { readValue } from './node.js';
import { buildBatch, dollars, values } from './testing/build-batch.js';
import type { Value } from './value-type.js';

it('remembers the last record of each instrument from batch to batch, once however often it is asked', () => {
  const context = new EvaluationContext();
  const scope = { schema: SCHEMAS.trades };
  const change = compileExpression('price - prev(price)', scope);
  const grown = compilePredicate('prev(price) < price', scope);
  const ids = Array.from({ length: 300 }, (_, index) => BigInt(index * 7919));
  const ask = (instruments: bigint[], raw: bigint[]): [Value[], number[]] => {
    const batch = buildBatch('trades', { instrument_id: instruments, price: raw });
    const mask = [...grown(batch, context)];
    const vector = change.evaluate(batch, context);
    return [raw.map((_, row) => readValue(vector, row)), mask];
  };
  expect(ask([1n, 2n, 1n, 1n], [10n, 20n, 11n, UNDEF_PRICE])).toEqual([
    [null, null, 1n, null],
    [0, 0, 1, 0],
  ]);
  expect(ask([2n, 1n, 1n], [19n, 12n, 14n])).toEqual([
    [-1n, null, 2n],
    [0, 0, 1],
  ]);
  expect(ask([1n, 2n], [2n ** 62n, -(2n ** 62n)])).toEqual([
    [2n ** 62n - 14n, -(2n ** 62n) - 19n],
    [1, 0],
  ]);
  // More instruments than there was room for.
  expect(ask(ids, ids)[0].every((value) => value === null)).toBe(true);
  expect(ask(ids.toReversed(), ids)[0].every((value) => value !== null)).toBe(true);
});

it('takes look-ups and the calendar from the context', () => {
  const batch = buildBatch('trades', {
    price: [dollars(1), dollars(1), dollars(1)],
    ts_event: [1n, 2n, UNDEF_TIMESTAMP],
  });
  const context = new EvaluationContext({
    calendar: {
      sessionCodes: (moments) => Uint8Array.from(moments, (moment) => (moment === 1n ? 2 : 1)),
    },
    lookups: {
      definition: {
        column: (column, { length }) => ({
          data: new BigInt64Array(length).fill(
            column.name === 'min_price_increment' ? dollars(0.25) : UNDEF_PRICE,
          ),
          unknown: Uint8Array.of(0, 1, 0),
        }),
      },
    },
  });
  expect(values('is_multiple(price, definition.min_price_increment)', batch, context)).toEqual([
    true,
    null,
    true,
  ]);
  expect(values('definition.strike_price == null', batch, context)).toEqual([true, true, true]);
  expect(values("session(ts_event) == 'rth'", batch, context)).toEqual([true, false, null]);
  expect(values("session(ts_event) in ['rth', 'eth']", batch, context)).toEqual([true, true, null]);
  expect(values('definition.min_price_increment', batch)).toEqual([null, null, null]);
});

it('computes derived columns from the columns of the schema', () => {
  const schema = SCHEMAS.tbbo;
  const mid = compileExpression('(bid_px_00 + ask_px_00) / 2', { schema });
  const expression = compileExpression('price > mid && mid > 0', { schema, derived: { mid } });
  const batch = buildBatch('tbbo', { price: [3n, 2n], bid_px_00: [1n, 1n], ask_px_00: [3n, 3n] });
  const vector = expression.evaluate(batch, new EvaluationContext());
  expect([readValue(vector, 0), readValue(vector, 1)]).toEqual([true, false]);
  expect(expression.columns).toEqual(['price', 'bid_px_00', 'ask_px_00']);
  expect(mid.type).toBe('price');
});

it('gives right answers for batches of other lengths in one context', () => {
  const context = new EvaluationContext();
  const trades = (length: number, from: bigint): ColumnarBatch =>
    buildBatch('trades', { size: Array.from({ length }, (_, row) => from + BigInt(row)) });
  expect(values('size + 1', trades(2, 0n), context)).toEqual([1n, 2n]);
  expect(values('size + 1', trades(4, 10n), context)).toEqual([11n, 12n, 13n, 14n]);
  expect(values('size > 6', trades(1, 7n), context)).toEqual([true]);
  expect(values('size > 6', trades(0, 7n), context)).toEqual([]);
});

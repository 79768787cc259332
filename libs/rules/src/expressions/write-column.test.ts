import { expect, it } from '@jest/globals';
import { ColumnarBatch, SCHEMAS, UNDEF_PRICE, UNDEF_TIMESTAMP } from '@tapeline/records';
import type { ColumnDescription } from '@tapeline/records';
import { compileExpression } from './compile-expression.js';
import { EvaluationContext } from './evaluation-context.js';
import { fitsColumn, writeColumn } from './write-column.js';

const columnNamed = (schema: keyof typeof SCHEMAS, name: string): ColumnDescription =>
  SCHEMAS[schema].columns.find((column) => column.name === name)!;

const batch = ColumnarBatch.allocate(SCHEMAS.tbbo, 3);
(batch.column('price') as BigInt64Array).set([5n, UNDEF_PRICE, 2n ** 62n]);
(batch.column('size') as Uint32Array).set([0, 1, 2 ** 32 - 1]);
(batch.column('ts_event') as BigUint64Array).set([7n, UNDEF_TIMESTAMP, 2n ** 63n]);
(batch.column('side') as Uint8Array).set([65, 0, 66]);

function write(text: string, column: ColumnDescription): unknown[] {
  const expression = compileExpression(text, { schema: SCHEMAS.tbbo });
  expect(fitsColumn(expression.type, column)).toBe(true);
  return [...writeColumn(expression.evaluate(batch, new EvaluationContext()), column, 3)];
}

it('writes values in the units of the column, nulls as its sentinel', () => {
  const price = columnNamed('tbbo', 'price');
  expect(write('price - 1.0', price)).toEqual([
    -999_999_995n,
    UNDEF_PRICE,
    2n ** 62n - 1_000_000_000n,
  ]);
  expect(write('price * 2', price)).toEqual([10n, UNDEF_PRICE, UNDEF_PRICE]);
  expect(write('price / price', price)).toEqual([1_000_000_000n, UNDEF_PRICE, 1_000_000_000n]);
  expect(write("ts_event + duration('1ns')", columnNamed('tbbo', 'ts_event'))).toEqual([
    8n,
    UNDEF_TIMESTAMP,
    2n ** 63n + 1n,
  ]);
  expect(write("side == 'A' ? side : null", columnNamed('tbbo', 'side'))).toEqual([65, 0, 0]);
});

it('writes a value that is too large for the column as unset', () => {
  expect(write('size + 1', columnNamed('tbbo', 'size'))).toEqual([1, 2, 0]);
  expect(write('size', columnNamed('statistics', 'channel_id'))).toEqual([0, 1, 65_535]);
  expect(write('size - 1', columnNamed('ohlcv-1m', 'volume'))).toEqual([0n, 0n, 2n ** 32n - 2n]);
  expect(write('price > 0.000000005', columnNamed('statistics', 'stat_flags'))).toEqual([0, 0, 1]);
});

it('writes an unsigned value beyond int64 as unset', () => {
  const schema = SCHEMAS['ohlcv-1m'];
  const bars = ColumnarBatch.allocate(schema, 2);
  (bars.column('volume') as BigUint64Array).set([2n ** 63n - 2n, 2n ** 63n]);
  const vector = compileExpression('volume', { schema }).evaluate(bars, new EvaluationContext());
  const quantity = columnNamed('statistics', 'quantity');
  expect([...writeColumn(vector, quantity, 2)]).toEqual([2n ** 63n - 2n, quantity.nullValue]);
  expect([...writeColumn(vector, columnNamed('ohlcv-1m', 'volume'), 2)]).toEqual([
    2n ** 63n - 2n,
    2n ** 63n,
  ]);
});

it('writes text, cut to the width of the column', () => {
  const schema = SCHEMAS.definition;
  const definitions = ColumnarBatch.allocate(schema, 1);
  (definitions.column('raw_symbol') as Uint8Array).set(Buffer.from('ESZ4-ESH5'));
  const vector = compileExpression('raw_symbol', { schema }).evaluate(
    definitions,
    new EvaluationContext(),
  );
  const currency = columnNamed('definition', 'currency');
  expect(Buffer.from(writeColumn(vector, currency, 1) as Uint8Array).toString()).toBe('ESZ4');
});

it('knows which types a column cannot hold', () => {
  expect(fitsColumn('price', columnNamed('tbbo', 'size'))).toBe(false);
  expect(fitsColumn('decimal', columnNamed('tbbo', 'price'))).toBe(true);
  expect(fitsColumn('string', columnNamed('tbbo', 'side'))).toBe(false);
});

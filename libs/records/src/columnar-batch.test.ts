import { expect, it } from '@jest/globals';
import { ColumnarBatch, words } from './columnar-batch.js';
import { sampleBatch } from './sample-batch.js';
import { SCHEMA_NAMES, SCHEMAS } from './schemas.js';

it.each(SCHEMA_NAMES)('%s: take picks whole records', (name) => {
  const batch = sampleBatch(SCHEMAS[name], 6);
  const taken = batch.take(Uint32Array.of(4, 0, 2));
  expect([...taken.ordinals()]).toEqual([4, 0, 2]);
  expect(taken.slice(1, 2).columns).toEqual(batch.slice(0, 1).columns);
  expect(taken.slice(0, 1).columns).toEqual(batch.slice(4, 5).columns);
});

it('slices without copying', () => {
  const batch = sampleBatch(SCHEMAS.definition, 5);
  const part = batch.slice(1, 3);
  expect(part.length).toBe(2);
  expect(part.column('raw_symbol').buffer).toBe(batch.column('raw_symbol').buffer);
  expect(part.column('raw_symbol').byteOffset).toBe(batch.column('raw_symbol').byteOffset + 71);
});

it('reads 64-bit values as low and high words', () => {
  expect([...words(BigInt64Array.of(-1n, 0x1_0000_0002n))]).toEqual([
    0xffff_ffff, 0xffff_ffff, 2, 1,
  ]);
});

it('refuses columns of the wrong number or length', () => {
  expect(() => new ColumnarBatch(SCHEMAS.trades, 1, [])).toThrow('has 13 columns, not 0');
  const batch = sampleBatch(SCHEMAS.trades, 2);
  expect(() => new ColumnarBatch(SCHEMAS.trades, 3, batch.columns)).toThrow(
    'column ts_recv holds 2 elements instead of 3',
  );
  expect(() => batch.column('bid_px_00')).toThrow('has no column bid_px_00');
});

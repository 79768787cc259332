import { expect, it } from '@jest/globals';
import { tableFromIPC } from 'apache-arrow';
import { ArrowMismatchError } from './arrow-text.js';
import { decodeArrow, encodeArrow } from './arrow.js';
import { sampleBatch } from './sample-batch.js';
import { SCHEMA_NAMES, SCHEMAS } from './schemas.js';

it.each(SCHEMA_NAMES)('%s: every value survives Arrow, sentinels included', (name) => {
  const batch = sampleBatch(SCHEMAS[name], 100);
  const { batch: read, extra } = decodeArrow(encodeArrow(batch));
  expect(read.schema).toBe(batch.schema);
  expect(read.columns).toEqual(batch.columns);
  expect(extra).toEqual({});
});

it('shows nulls, exact nanoseconds and units to any Arrow reader', () => {
  const batch = sampleBatch(SCHEMAS.trades, 3);
  const table = tableFromIPC(encodeArrow(batch));
  expect(table.numRows).toBe(3);
  expect(table.getChild('price')?.get(2)).toBeNull();
  expect(table.getChild('price')?.get(0)).toBe(-(2n ** 63n));
  expect(table.getChild('ts_event')?.data[0]?.values[1]).toBe(-2n);
  expect(table.schema.fields.find((field) => field.name === 'price')?.metadata.get('unit')).toBe(
    '1e-9',
  );
});

it('keeps an empty batch a batch', () => {
  const { batch } = decodeArrow(encodeArrow(sampleBatch(SCHEMAS.definition, 0)));
  expect([batch.schema.name, batch.length]).toEqual(['definition', 0]);
});

it('carries text columns beside the schema', () => {
  const extra = { rule: ['a', 'ß'], reason: ['', 'x'] };
  expect(decodeArrow(encodeArrow(sampleBatch(SCHEMAS.tbbo, 2), extra)).extra).toEqual(extra);
});

it.each(SCHEMA_NAMES)('%s: rule and reason of refused records stand beside its columns', (name) => {
  const batch = sampleBatch(SCHEMAS[name], 2);
  const extra = { rule: ['a', 'b'], reason: ['c', 'd'] };
  const read = decodeArrow(encodeArrow(batch, extra));
  expect(read.extra).toEqual(extra);
  expect(read.batch.columns).toEqual(batch.columns);
});

it('reads from memory of any alignment', () => {
  const batch = sampleBatch(SCHEMAS['ohlcv-1m'], 10);
  const bytes = encodeArrow(batch);
  const shifted = new Uint8Array(bytes.length + 3).subarray(3);
  shifted.set(bytes);
  expect(decodeArrow(shifted).batch.columns).toEqual(batch.columns);
});

it('keeps Latin-1 bytes of a string', () => {
  const batch = sampleBatch(SCHEMAS.definition, 1);
  (batch.column('currency') as Uint8Array).set([0xe9, 0xff]);
  expect(decodeArrow(encodeArrow(batch)).batch.columns).toEqual(batch.columns);
});

it('refuses what is no batch, and says why', () => {
  expect(() => decodeArrow(new Uint8Array([1, 2, 3]))).toThrow(ArrowMismatchError);
  expect(() => decodeArrow(Buffer.from('not arrow at all, but longer than a header'))).toThrow(
    ArrowMismatchError,
  );
});

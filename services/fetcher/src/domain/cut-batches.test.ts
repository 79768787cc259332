import { expect, it } from '@jest/globals';
import { BatchCutter } from './cut-batches.js';
import type { RawBatch } from './cut-batches.js';
import { HeldFilter } from './held-filter.js';
import { TailTies } from './tail-ties.js';

const records = Uint8Array.from({ length: 4 * 23 }, (_, index) => index);

function cut(pieces: readonly number[]): RawBatch[] {
  const cutter = new BatchCutter(4, 10);
  const batches: RawBatch[] = [];
  let at = 0;
  for (const count of pieces) {
    batches.push(...cutter.push(records.subarray(at, at + count * 4)));
    at += count * 4;
  }
  return [...batches, ...cutter.finish()];
}

it.each([[[23]], [[1, 22]], [[10, 10, 3]], [[9, 2, 12]], [Array.from({ length: 23 }, () => 1)]])(
  'cuts at the same places when the records come as %j',
  (pieces) => {
    const batches = cut(pieces);
    expect(batches).toEqual([
      { sequence: 0, firstOrdinal: 0, count: 10, bytes: records.subarray(0, 40) },
      { sequence: 1, firstOrdinal: 10, count: 10, bytes: records.subarray(40, 80) },
      { sequence: 2, firstOrdinal: 20, count: 3, bytes: records.subarray(80) },
    ]);
  },
);

it('makes no empty batch', () => {
  expect([...new BatchCutter(4, 10).finish()]).toEqual([]);
});

it('leaves out held ranges and the first records of a held end, instrument by instrument', () => {
  const filter = new HeldFilter([
    { instrument_id: 1, start: '10', end: '20', end_ties: 2 },
    { instrument_id: 2, start: '0', end: '15', end_ties: 0 },
  ]);
  const ids = Uint32Array.of(1, 1, 2, 1, 1, 1, 2, 3, 1);
  const times = BigUint64Array.of(9n, 10n, 14n, 20n, 20n, 20n, 15n, 12n, 21n);
  expect([...filter.keep(ids, times)]).toEqual([0, 5, 6, 7, 8]);
});

it('counts the records at the last time across blocks', () => {
  const tail = new TailTies();
  expect(tail.tail).toBeUndefined();
  tail.push(Uint32Array.of(1, 2, 1), BigUint64Array.of(5n, 7n, 7n));
  tail.push(Uint32Array.of(1, 1), BigUint64Array.of(7n, 7n));
  expect(tail.tail).toEqual({ at: 7n, ties: { 1: 3, 2: 1 } });
  tail.push(Uint32Array.of(9), BigUint64Array.of(8n));
  expect(tail.tail).toEqual({ at: 8n, ties: { 9: 1 } });
});

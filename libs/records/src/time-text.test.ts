import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { writeTimestamp } from './time-text.js';
import { formatTimestamp } from './units.js';

function written(time: bigint): string {
  const out = Buffer.alloc(64);
  const low = Number(time & 0xffff_ffffn);
  return out.toString('latin1', 3, writeTimestamp(out, 3, low, Number(time >> 32n)));
}

it('writes every nanosecond of the unsigned 64 bits', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (time) => {
      expect(written(time)).toBe(formatTimestamp(time));
    }),
  );
});

it.each([
  0n,
  999n,
  86_399_999_999_999n,
  86_400_000_000_000n,
  1_719_792_000_000_000_001n,
  2n ** 64n - 2n,
])('writes %d', (time) => {
  expect(written(time)).toBe(formatTimestamp(time));
});

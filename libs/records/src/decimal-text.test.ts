import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { MOST_DIGITS, writeInt64, writePrice, writeUint64, writeUnsigned } from './decimal-text.js';
import { formatPrice } from './units.js';

const EDGES = [
  0n,
  1n,
  9n,
  10n,
  99n,
  100n,
  999_999_999n,
  10n ** 9n,
  10n ** 18n - 1n,
  10n ** 18n,
].flatMap((value) => [
  value,
  2n ** 16n - value,
  2n ** 32n + value,
  2n ** 48n - value,
  2n ** 63n - 1n - value,
]);

function textOf(write: (out: Uint8Array, at: number) => number): string {
  const out = new Uint8Array(MOST_DIGITS + 3);
  const end = write(out, 2);
  expect(end - 2).toBeLessThanOrEqual(MOST_DIGITS);
  return Buffer.from(out.subarray(2, end)).toString('latin1');
}
const low = (value: bigint): number => Number(BigInt.asUintN(32, value));
const high = (value: bigint): number => Number(BigInt.asUintN(32, value >> 32n));

function check(value: bigint): void {
  const unsigned = BigInt.asUintN(64, value);
  const signed = BigInt.asIntN(64, value);
  expect(textOf((out, at) => writeUint64(out, at, low(unsigned), high(unsigned)))).toBe(
    String(unsigned),
  );
  expect(textOf((out, at) => writeInt64(out, at, low(signed), high(signed)))).toBe(String(signed));
  expect(textOf((out, at) => writePrice(out, at, low(signed), high(signed)))).toBe(
    formatPrice(signed),
  );
  const small = unsigned >> 11n;
  expect(textOf((out, at) => writeUnsigned(out, at, Number(small)))).toBe(String(small));
}

it.each([...EDGES, ...EDGES.map((value) => -value)])('writes %s as BigInt does', check);

it('writes every number as BigInt does', () => {
  fc.assert(fc.property(fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n), check), {
    seed: 7,
    numRuns: 3_000,
  });
});

/**
 * Splits nanoseconds, given as 32-bit words, without a BigInt: ns = high × 2^32 + low and
 * 2^32 = 4294967 × 1000 + 296, so every intermediate stays an exact double until the year 2255.
 */

/** High words from here on (the year 2255) are too large for exact doubles. */
export const EXACT_HIGH = 0x7d00_0000;

/** Whole microseconds since epoch. Exact for `high < EXACT_HIGH`. */
export const wholeMicroseconds = (low: number, high: number): number =>
  high * 4_294_967 + Math.floor((high * 296 + low) / 1000);

/** The nanoseconds below the microsecond, 0–999. Exact for every time. */
export const remainingNanoseconds = (low: number, high: number): number => {
  const rest = high * 296 + low;
  // Below 2^41, so that the quotient's floor is exact; a float's % takes three times as long.
  return rest - Math.floor(rest / 1000) * 1000;
};

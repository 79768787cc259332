/** The arithmetic operations on raw values; prices and decimals are integers of 1e-9. */
import type { Arithmetic } from './arithmetic.js';

const SAFE = Number.MAX_SAFE_INTEGER;
const UNIT = 1_000_000_000;
const BIG_UNIT = 1_000_000_000n;

export const ADD: Arithmetic = {
  sign: 1,
  row: (a, b) => a + b,
  exact: (a, b) => a + b,
  rows: (a, b, out, length) => {
    let isExact = true;
    for (let row = 0; row < length; row++) {
      const value = a[row]! + b[row]!;
      if (value > SAFE || value < -SAFE) isExact = false;
      out[row] = value;
    }
    return isExact;
  },
};

export const SUBTRACT: Arithmetic = {
  sign: -1,
  row: (a, b) => a - b,
  exact: (a, b) => a - b,
  rows: (a, b, out, length) => {
    let isExact = true;
    for (let row = 0; row < length; row++) {
      const value = a[row]! - b[row]!;
      if (value > SAFE || value < -SAFE) isExact = false;
      out[row] = value;
    }
    return isExact;
  },
};

export const MULTIPLY: Arithmetic = {
  row: (a, b) => a * b,
  exact: (a, b) => a * b,
  rows: (a, b, out, length) => {
    let isExact = true;
    for (let row = 0; row < length; row++) {
      const value = a[row]! * b[row]!;
      if (value > SAFE || value < -SAFE) isExact = false;
      out[row] = value;
    }
    return isExact;
  },
};

/** Towards zero. The float quotient of integers below 2^53 never rounds up to the next integer. */
export const DIVIDE: Arithmetic = {
  row: (a, b) => (b === 0 ? Number.NaN : Math.trunc(a / b)),
  exact: (a, b) => (b === 0n ? undefined : a / b),
};

/** The rest of {@link DIVIDE}; it has the sign of the dividend. */
export const REMAINDER: Arithmetic = {
  row: (a, b) => (b === 0 ? Number.NaN : a - Math.trunc(a / b) * b),
  exact: (a, b) => (b === 0n ? undefined : a % b),
  rows: (a, b, out, length) => {
    for (let row = 0; row < length; row++) {
      const divisor = b[row]!;
      // A divisor of 0 gives Infinity, and times 0 NaN: no value.
      out[row] = a[row]! - Math.trunc(a[row]! / divisor) * divisor;
    }
    return true;
  },
};

/** One factor is in units of 1e-9: the product is cut to them, towards zero. */
export const MULTIPLY_SCALED: Arithmetic = {
  row: (a, b) => {
    const product = a * b;
    return product > SAFE || product < -SAFE ? Infinity : Math.trunc(product / UNIT);
  },
  exact: (a, b) => (a * b) / BIG_UNIT,
};

/** The quotient of two numbers of one unit in units of 1e-9, cut towards zero. */
export const DIVIDE_SCALED: Arithmetic = {
  row: (a, b) => {
    if (b === 0) return Number.NaN;
    const divisor = Math.abs(b);
    if (divisor > SAFE / 1000) return Infinity;
    let rest = Math.abs(a);
    let quotient = Math.trunc(rest / divisor);
    rest -= quotient * divisor;
    // Long division by three digits at a time: every step stays below 2^53.
    for (let step = 0; step < 3; step++) {
      const digits = Math.trunc((rest * 1000) / divisor);
      rest = rest * 1000 - digits * divisor;
      quotient = quotient * 1000 + digits;
    }
    return a < 0 === b < 0 ? quotient : -quotient;
  },
  exact: (a, b) => (b === 0n ? undefined : (a * BIG_UNIT) / b),
};

/** Multiplies by a constant in units of 1e-9, as a fraction in lowest terms: `x * 0.05` is `x / 20`. */
export function scaleBy(factor: bigint, unit = BIG_UNIT): Arithmetic {
  const divisor = greatestCommonDivisor(factor, unit);
  const up = factor / divisor;
  const down = unit / divisor;
  const upFloat = Number(up);
  const downFloat = Number(down);
  const isExact = Math.abs(upFloat) <= SAFE && Math.abs(downFloat) <= SAFE;
  return {
    row: (a) => {
      const product = a * upFloat;
      if (!isExact || product > SAFE || product < -SAFE) return Infinity;
      return Math.trunc(product / downFloat);
    },
    exact: (a) => (down === 0n ? undefined : (a * up) / down),
  };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x === 0n ? 1n : x;
}

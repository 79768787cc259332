/** Whole numbers and prices as ASCII digits, straight into bytes: no string, and no BigInt for 64-bit values. */

const BILLION = 1_000_000_000;
const ZERO = 48;
const MINUS = 45;
const POINT = 46;

/** Most bytes that any of these functions writes. */
export const MOST_DIGITS = 21;

/** Where the number's text ends. @param value a whole number from 0 to 2^53. */
export function writeUnsigned(out: Uint8Array, at: number, value: number): number {
  if (value >= BILLION) {
    const high = Math.floor(value / BILLION);
    return writeNine(out, writeUnsigned(out, at, high), value - high * BILLION);
  }
  let end = at + 1;
  for (let bound = 10; bound <= value; bound *= 10) end++;
  let rest = value;
  for (let place = end - 1; place >= at; place--) {
    const next = (rest / 10) | 0;
    out[place] = ZERO + rest - next * 10;
    rest = next;
  }
  return end;
}

/** Nine digits. @param value below 10^9. */
function writeNine(out: Uint8Array, at: number, value: number): number {
  let rest = value;
  for (let place = at + 8; place >= at; place--) {
    const next = (rest / 10) | 0;
    out[place] = ZERO + rest - next * 10;
    rest = next;
  }
  return at + 9;
}

/** Of the last division by 10^9: what was left. */
let remainder = 0;

/** A 64-bit number, given as unsigned words, divided by 10^9; 16 bits at a time every step is exact. */
function divideByBillion(low: number, high: number): number {
  let rest = high;
  let quotient = 0;
  if (high >= BILLION) {
    quotient = Math.floor(high / BILLION);
    rest = high - quotient * BILLION;
  }
  const first = rest * 65_536 + (low >>> 16);
  const upper = Math.floor(first / BILLION);
  const second = (first - upper * BILLION) * 65_536 + (low & 0xffff);
  const lower = Math.floor(second / BILLION);
  remainder = second - lower * BILLION;
  return (quotient * 65_536 + upper) * 65_536 + lower;
}

/** An unsigned 64-bit number, given as words. @returns where its text ends. */
export function writeUint64(out: Uint8Array, at: number, low: number, high: number): number {
  if (high === 0) return writeUnsigned(out, at, low);
  const quotient = divideByBillion(low, high);
  const rest = remainder;
  return quotient === 0
    ? writeUnsigned(out, at, rest)
    : writeNine(out, writeUnsigned(out, at, quotient), rest);
}

/** A signed 64-bit number, given as unsigned words of its two's complement. @returns where its text ends. */
export function writeInt64(out: Uint8Array, at: number, low: number, high: number): number {
  if (high < 0x8000_0000) return writeUint64(out, at, low, high);
  out[at] = MINUS;
  return writeUint64(out, at + 1, -low >>> 0, low === 0 ? -high >>> 0 : ~high >>> 0);
}

/** A price of 1e-9 units, given as words of an int64: with nine decimals. @returns where its text ends. */
export function writePrice(out: Uint8Array, at: number, low: number, high: number): number {
  if (high >= 0x8000_0000) {
    out[at] = MINUS;
    return writeScaled(out, at + 1, -low >>> 0, low === 0 ? -high >>> 0 : ~high >>> 0);
  }
  return writeScaled(out, at, low, high);
}

function writeScaled(out: Uint8Array, at: number, low: number, high: number): number {
  const whole = divideByBillion(low, high);
  const rest = remainder;
  const point = writeUnsigned(out, at, whole);
  out[point] = POINT;
  return writeNine(out, point + 1, rest);
}

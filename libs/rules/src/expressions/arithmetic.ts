/** Exact arithmetic of columns: floats while every value is an exact integer, words or BigInt beyond. */
import type { EvaluationContext } from './evaluation-context.js';
import { NumberVector, pairsOf, WORD, writePair } from './number-vector.js';
import type { Pairs } from './number-vector.js';

const SAFE = Number.MAX_SAFE_INTEGER;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** One operation on two integers. */
export interface Arithmetic {
  /**
   * The result if it can be had from floats: exact wherever it is at most 2^53 − 1, NaN where there is no value
   * (division by zero).
   */
  readonly row: (a: number, b: number) => number;
  /** The result whatever its size; undefined where there is no value. */
  readonly exact: (a: bigint, b: bigint) => bigint | undefined;
  /** A loop over `row` of its own where speed counts. False if a result was too large. */
  readonly rows?: Loop;
  /** Addition and subtraction need no BigInt: +1 or −1 as the right side counts. */
  readonly sign?: 1 | -1;
}

type Loop = (a: Float64Array, b: Float64Array, out: Float64Array, length: number) => boolean;

/**
 * Applies an operation row by row. A result that does not fit 64 bits, or a division by zero, is null.
 * @param isSigned whether results are int64; else uint64 (timestamps).
 */
export function applyArithmetic(
  context: EvaluationContext,
  operation: Arithmetic,
  a: NumberVector,
  b: NumberVector,
  isSigned: boolean,
): NumberVector {
  const { scratch, length } = context;
  const nulls = context.eitherNull(a.nulls, b.nulls);
  const left = a.floats();
  const right = left && b.floats();
  if (left && right) {
    const out = scratch.floats();
    const isExact = operation.rows
      ? operation.rows(left, right, out, length)
      : loopRows(operation.row, left, right, out, length);
    if (isExact) return settle(context, out, nulls, isSigned);
  }
  const out = scratch.words();
  const missing = context.ownNulls(nulls);
  if (operation.sign)
    addPairs(a.pairs(), b.pairs(), operation.sign, isSigned, out, missing, length);
  else applyBeyond(operation, a, b, out, missing);
  return NumberVector.pairs(scratch, length, pairsOf(out, isSigned), missing);
}

function loopRows(
  row: Arithmetic['row'],
  a: Float64Array,
  b: Float64Array,
  out: Float64Array,
  length: number,
): boolean {
  for (let index = 0; index < length; index++) {
    const value = row(a[index]!, b[index]!);
    if (value > SAFE || value < -SAFE) return false;
    out[index] = value;
  }
  return true;
}

/** Rows without a value, and negative times, become null. */
function settle(
  context: EvaluationContext,
  out: Float64Array,
  nulls: Uint8Array | undefined,
  isSigned: boolean,
): NumberVector {
  const { length } = context;
  const least = isSigned ? -SAFE : 0;
  let row = 0;
  while (row < length && out[row]! >= least) row++;
  if (row === length) return NumberVector.floats(context.scratch, length, out, nulls);
  const missing = context.ownNulls(nulls);
  for (; row < length; row++) {
    if (out[row]! >= least) continue;
    out[row] = 0;
    missing[row] = 1;
  }
  return NumberVector.floats(context.scratch, length, out, missing);
}

function addPairs(
  a: Pairs,
  b: Pairs,
  sign: 1 | -1,
  isSigned: boolean,
  out: Uint32Array,
  missing: Uint8Array,
  length: number,
): void {
  const least = isSigned ? -0x8000_0000 : 0;
  const most = isSigned ? 0x7fff_ffff : 0xffff_ffff;
  for (let row = 0; row < length; row++) {
    let low = a.low[2 * row]! + sign * b.low[2 * row]!;
    let high = a.high[2 * row + 1]! + sign * b.high[2 * row + 1]!;
    if (low >= WORD) {
      low -= WORD;
      high++;
    } else if (low < 0) {
      low += WORD;
      high--;
    }
    if (high < least || high > most) missing[row] = 1;
    out[2 * row] = low;
    out[2 * row + 1] = high;
  }
}

/** Products, quotients and rests: int64, by floats where these suffice, row by row. */
function applyBeyond(
  operation: Arithmetic,
  a: NumberVector,
  b: NumberVector,
  out: Uint32Array,
  missing: Uint8Array,
): void {
  const left = a.pairs();
  const right = b.pairs();
  for (let row = 0; row < a.length; row++) {
    if (missing[row] === 1) continue;
    const x = left.high[2 * row + 1]! * WORD + left.low[2 * row]!;
    const y = right.high[2 * row + 1]! * WORD + right.low[2 * row]!;
    if (Math.abs(x) <= SAFE && Math.abs(y) <= SAFE) {
      const value = operation.row(x, y);
      if (Math.abs(value) <= SAFE) {
        writePair(out, row, value);
        continue;
      }
    }
    const value = operation.exact(a.at(row), b.at(row));
    if (value === undefined || value < INT64_MIN || value > INT64_MAX) {
      missing[row] = 1;
    } else {
      out[2 * row] = Number(BigInt.asUintN(32, value));
      out[2 * row + 1] = Number(BigInt.asUintN(32, value >> 32n));
    }
  }
}

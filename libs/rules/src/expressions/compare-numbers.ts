/** Comparisons over whole columns. */
import type { EvaluationContext } from './evaluation-context.js';
import { WORD } from './number-vector.js';
import type { NumberVector, Pairs } from './number-vector.js';
import { FALSE, TRUE, UNKNOWN } from './vector.js';
import type { BoolVector, Nulls } from './vector.js';

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** Truth where left is below, equal to, above right. */
type Truth = readonly [below: number, equal: number, above: number];
const TRUTH: Readonly<Record<Comparison, Truth>> = {
  '==': [FALSE, TRUE, FALSE],
  '!=': [TRUE, FALSE, TRUE],
  '<': [TRUE, FALSE, FALSE],
  '<=': [TRUE, TRUE, FALSE],
  '>': [FALSE, FALSE, TRUE],
  '>=': [FALSE, TRUE, TRUE],
};

/** The comparison with its sides exchanged. */
export const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/** Compares each row with a literal. */
export function compareLiteral(
  context: EvaluationContext,
  comparison: Comparison,
  left: NumberVector,
  literal: bigint,
): BoolVector {
  const truth = TRUTH[comparison];
  if (left.small instanceof Uint8Array) {
    const data = left.small;
    const table = new Uint8Array(256);
    for (let value = 0; value < 256; value++) table[value] = outcome(value, Number(literal), truth);
    return mapBytes(context, left, data, table);
  }
  if (!left.nulls) {
    const code = uniformOutcome(left, literal, truth);
    if (code !== undefined) return context.uniform(code);
  }
  const codes = context.scratch.bytes();
  const { length } = context;
  // A float next to a literal beyond 2^53 still orders right: no exact integer lies between.
  if (left.small) smallWith(left.small, Number(literal), truth, codes, length);
  else if (left.isWide) pairsWith(left.pairs(), literal, truth, codes, length);
  else smallWith(left.floats()!, Number(literal), truth, codes, length);
  return { kind: 'bool', codes: markUnknown(codes, left.nulls, length) };
}

/** Looks up the truth of each row's byte. */
export function mapBytes(
  context: EvaluationContext,
  vector: NumberVector,
  data: Uint8Array,
  table: Uint8Array,
): BoolVector {
  if (!vector.nulls) {
    const seen = vector.bytes(data);
    let found = 0;
    for (let value = 0; value < 256; value++) if (seen[value] === 1) found |= 1 << table[value]!;
    if ((found & (found - 1)) === 0) return context.uniform(31 - Math.clz32(found || 1));
  }
  const codes = context.scratch.bytes();
  for (let row = 0; row < context.length; row++) codes[row] = table[data[row]!]!;
  return { kind: 'bool', codes: markUnknown(codes, vector.nulls, context.length) };
}

const outcome = (value: number, literal: number, [below, equal, above]: Truth): number =>
  value < literal ? below : value > literal ? above : equal;

/** The truth of every row, where the column's bounds tell it. */
function uniformOutcome(left: NumberVector, literal: bigint, truth: Truth): number | undefined {
  const { least, most } = left.range();
  // Of a wide column the bounds are of high words: rows with the literal's own stay undecided.
  const bound = Number(left.isWide ? literal >> 32n : literal);
  if (most < bound) return truth[0];
  if (least > bound) return truth[2];
  if (left.isWide) return undefined;
  const [low, high] = [outcome(least, bound, truth), outcome(most, bound, truth)];
  return low === high && truth[1] === low ? low : undefined;
}

/** Compares two columns row by row, whatever their widths and signs. */
export function compareVectors(
  context: EvaluationContext,
  comparison: Comparison,
  left: NumberVector,
  right: NumberVector,
): BoolVector {
  const truth = TRUTH[comparison];
  const codes = context.scratch.bytes();
  const { length } = context;
  if (left.isWide || right.isWide) comparePairs(left.pairs(), right.pairs(), truth, codes, length);
  else compareFloats(left.floats()!, right.floats()!, truth, codes, length);
  markUnknown(codes, left.nulls, length);
  return { kind: 'bool', codes: markUnknown(codes, right.nulls, length) };
}

/** Makes the rows that are null unknown. */
export function markUnknown(codes: Uint8Array, nulls: Nulls, length: number): Uint8Array {
  if (nulls) for (let row = 0; row < length; row++) if (nulls[row] === 1) codes[row] = UNKNOWN;
  return codes;
}

function smallWith(
  data: Uint16Array | Int32Array | Uint32Array | Float64Array,
  literal: number,
  [below, equal, above]: Truth,
  codes: Uint8Array,
  length: number,
): void {
  for (let row = 0; row < length; row++) {
    const value = data[row]!;
    codes[row] = value < literal ? below : value > literal ? above : equal;
  }
}

function pairsWith(
  { low, high }: Pairs,
  literal: bigint,
  [below, equal, above]: Truth,
  codes: Uint8Array,
  length: number,
): void {
  const literalLow = Number(BigInt.asUintN(32, literal));
  const literalHigh = Number(literal >> 32n);
  for (let row = 0; row < length; row++) {
    const top = high[2 * row + 1]!;
    if (top !== literalHigh) {
      codes[row] = top < literalHigh ? below : above;
    } else {
      const rest = low[2 * row]!;
      codes[row] = rest < literalLow ? below : rest > literalLow ? above : equal;
    }
  }
}

function comparePairs(
  a: Pairs,
  b: Pairs,
  [below, equal, above]: Truth,
  codes: Uint8Array,
  length: number,
): void {
  const { low: aLow, high: aHigh } = a;
  const { low: bLow, high: bHigh } = b;
  for (let row = 0; row < length; row++) {
    // Small differences of the high words keep this exact; large ones decide by themselves.
    const difference =
      (aHigh[2 * row + 1]! - bHigh[2 * row + 1]!) * WORD + (aLow[2 * row]! - bLow[2 * row]!);
    codes[row] = difference < 0 ? below : difference > 0 ? above : equal;
  }
}

function compareFloats(
  a: Float64Array,
  b: Float64Array,
  [below, equal, above]: Truth,
  codes: Uint8Array,
  length: number,
): void {
  for (let row = 0; row < length; row++) {
    const left = a[row]!;
    const right = b[row]!;
    codes[row] = left < right ? below : left > right ? above : equal;
  }
}

/** Three-valued logic over whole columns. */
import type { EvaluationContext } from './evaluation-context.js';
import { NumberVector, pairsOf } from './number-vector.js';
import type { Pairs } from './number-vector.js';
import { FALSE, TRUE, UNKNOWN } from './vector.js';
import type { BoolVector, Nulls, TextVector, Vector } from './vector.js';

/** False wins over unknown, unknown over true. */
export function and(context: EvaluationContext, a: BoolVector, b: BoolVector): BoolVector {
  if (a.uniform === FALSE || b.uniform === TRUE) return a;
  if (b.uniform === FALSE || a.uniform === TRUE) return b;
  const codes = context.scratch.bytes();
  for (let row = 0; row < context.length; row++) {
    const left = a.codes[row]!;
    const right = b.codes[row]!;
    codes[row] = left < right ? left : right;
  }
  return { kind: 'bool', codes };
}

/** True wins over unknown, unknown over false. */
export function or(context: EvaluationContext, a: BoolVector, b: BoolVector): BoolVector {
  if (a.uniform === TRUE || b.uniform === FALSE) return a;
  if (b.uniform === TRUE || a.uniform === FALSE) return b;
  const codes = context.scratch.bytes();
  for (let row = 0; row < context.length; row++) {
    const left = a.codes[row]!;
    const right = b.codes[row]!;
    codes[row] = left > right ? left : right;
  }
  return { kind: 'bool', codes };
}

export function not(context: EvaluationContext, a: BoolVector): BoolVector {
  if (a.uniform !== undefined) return context.uniform(TRUE - a.uniform);
  const codes = context.scratch.bytes();
  for (let row = 0; row < context.length; row++) codes[row] = TRUE - a.codes[row]!;
  return { kind: 'bool', codes };
}

/** Unknown where either side is. */
export function equalBools(
  context: EvaluationContext,
  a: BoolVector,
  b: BoolVector,
  whenEqual: number,
): BoolVector {
  const codes = context.scratch.bytes();
  for (let row = 0; row < context.length; row++) {
    const left = a.codes[row]!;
    const right = b.codes[row]!;
    const isUnknown = left === UNKNOWN || right === UNKNOWN;
    codes[row] = isUnknown ? UNKNOWN : left === right ? whenEqual : TRUE - whenEqual;
  }
  return { kind: 'bool', codes };
}

/** True where the vector is null, else false: never unknown. */
export function isNull(context: EvaluationContext, vector: Vector): BoolVector {
  if (vector.kind !== 'bool' && !vector.nulls) return context.uniform(FALSE);
  const codes = context.scratch.bytes();
  const { length } = context;
  if (vector.kind === 'bool') {
    for (let row = 0; row < length; row++) {
      codes[row] = vector.codes[row] === UNKNOWN ? TRUE : FALSE;
    }
  } else {
    const nulls = vector.nulls!;
    for (let row = 0; row < length; row++) codes[row] = nulls[row] === 1 ? TRUE : FALSE;
  }
  return { kind: 'bool', codes };
}

/** `then` where the condition is true, `otherwise` where it is false, null where it is unknown. */
export function pick(
  context: EvaluationContext,
  { codes, uniform }: BoolVector,
  then: Vector,
  otherwise: Vector,
): Vector {
  if (uniform === TRUE) return then;
  if (uniform === FALSE) return otherwise;
  if (then.kind === 'bool' && otherwise.kind === 'bool') {
    const out = context.scratch.bytes();
    for (let row = 0; row < context.length; row++) {
      const code = codes[row]!;
      out[row] = code === UNKNOWN ? UNKNOWN : (code === TRUE ? then : otherwise).codes[row]!;
    }
    return { kind: 'bool', codes: out };
  }
  if (then.kind === 'number' && otherwise.kind === 'number') {
    return pickNumbers(context, codes, then, otherwise);
  }
  return pickTexts(context, codes, then as TextVector, otherwise as TextVector);
}

function pickNulls(context: EvaluationContext, codes: Uint8Array, a: Nulls, b: Nulls): Uint8Array {
  const nulls = context.scratch.bytes();
  for (let row = 0; row < context.length; row++) {
    const code = codes[row]!;
    nulls[row] = code === UNKNOWN ? 1 : ((code === TRUE ? a : b)?.[row] ?? 0);
  }
  return nulls;
}

function pickNumbers(
  context: EvaluationContext,
  codes: Uint8Array,
  a: NumberVector,
  b: NumberVector,
): NumberVector {
  const { scratch, length } = context;
  const nulls = pickNulls(context, codes, a.nulls, b.nulls);
  const left = a.floats();
  const right = left && b.floats();
  if (left && right) {
    const out = scratch.floats();
    for (let row = 0; row < length; row++) {
      out[row] = codes[row] === TRUE ? left[row]! : right[row]!;
    }
    return NumberVector.floats(scratch, length, out, nulls);
  }
  const out = scratch.words();
  const [then, otherwise] = [a.pairs(), b.pairs()];
  for (let row = 0; row < length; row++) {
    const { low } = codes[row] === TRUE ? then : otherwise;
    out[2 * row] = low[2 * row]!;
    out[2 * row + 1] = low[2 * row + 1]!;
  }
  const isSigned = !(a.isUnsigned && b.isUnsigned);
  if (isSigned) dropUnsigned(codes, then, otherwise, nulls, length);
  return NumberVector.pairs(scratch, length, pairsOf(out, isSigned), nulls);
}

/** Beside values that may be negative, those beyond int64 have no value. */
function dropUnsigned(
  codes: Uint8Array,
  a: Pairs,
  b: Pairs,
  nulls: Uint8Array,
  length: number,
): void {
  for (let row = 0; row < length; row++) {
    const { high } = codes[row] === TRUE ? a : b;
    if (high[2 * row + 1]! > 0x7fff_ffff) nulls[row] = 1;
  }
}

function pickTexts(
  context: EvaluationContext,
  codes: Uint8Array,
  a: TextVector,
  b: TextVector,
): TextVector {
  const width = Math.max(a.width, b.width);
  const bytes = new Uint8Array(width * context.length);
  for (let row = 0; row < context.length; row++) {
    const source = codes[row] === TRUE ? a : b;
    const from = row * source.width;
    for (let at = 0; at < source.width; at++) bytes[row * width + at] = source.bytes[from + at]!;
  }
  return { kind: 'text', bytes, width, nulls: pickNulls(context, codes, a.nulls, b.nulls) };
}

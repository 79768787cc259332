import { readString } from '@tapeline/records';
import { EvaluationContext } from './evaluation-context.js';
import type { Faults } from './expression-error.js';
import { NumberVector, pairsOf } from './number-vector.js';
import type { Scratch } from './scratch.js';
import type { Value, ValueType } from './value-type.js';
import { FALSE, TRUE, UNKNOWN } from './vector.js';
import type { BoolVector, TextVector, Vector } from './vector.js';

/** A checked part of an expression: its type is known, and it computes a vector for a batch. */
export interface Node {
  readonly type: ValueType;
  /** Where it begins in the text. */
  readonly start: number;
  /** The same for parts that compute the same. */
  readonly key: string;
  /** Names of the columns that it reads. */
  readonly columns: readonly string[];
  /** What it is, where that is known already. */
  readonly value?: Value;
  /** Of a char column: the letters that are documented. */
  readonly letters?: readonly string[];
  readonly evaluate: (context: EvaluationContext) => Vector;
}

/** Evaluates parts whose types were checked. */
export const evaluateNumber = (node: Node, context: EvaluationContext): NumberVector =>
  node.evaluate(context) as NumberVector;
export const evaluateBool = (node: Node, context: EvaluationContext): BoolVector =>
  node.evaluate(context) as BoolVector;
export const evaluateText = (node: Node, context: EvaluationContext): TextVector =>
  node.evaluate(context) as TextVector;

/** A part whose value is the same for every record. */
export function constantNode(place: { start: number }, type: ValueType, value: Value): Node {
  const key = `${type}:${typeof value === 'string' ? JSON.stringify(value) : String(value)}`;
  const base = { type, start: place.start, key, columns: [], value };
  if (typeof value === 'bigint') {
    const fill = (scratch: Scratch, length: number): NumberVector =>
      fillNumbers(scratch, length, value);
    return { ...base, evaluate: (context) => context.constant(key, fill) };
  }
  if (typeof value === 'boolean') {
    return { ...base, evaluate: (context) => context.uniform(value ? TRUE : FALSE) };
  }
  return { ...base, evaluate: (context) => fillTexts(context, type, value) };
}

function fillNumbers(scratch: Scratch, length: number, value: bigint): NumberVector {
  const float = Number(value);
  if (Math.abs(float) <= Number.MAX_SAFE_INTEGER) {
    const floats = scratch.floats().fill(float, 0, length);
    return NumberVector.floats(scratch, length, floats, undefined, value >= 0n);
  }
  const words = scratch.words();
  const low = Number(BigInt.asUintN(32, value));
  const high = Number(BigInt.asUintN(32, value >> 32n));
  for (let row = 0; row < length; row++) {
    words[2 * row] = low;
    words[2 * row + 1] = high;
  }
  return NumberVector.pairs(scratch, length, pairsOf(words, value < 2n ** 63n), undefined);
}

function fillTexts(context: EvaluationContext, type: ValueType, value: string | null): Vector {
  const { length, scratch } = context;
  if (value === null) {
    const nulls = scratch.bytes().fill(1, 0, length);
    if (type === 'bool') return { kind: 'bool', codes: nulls };
    if (type === 'string') return { kind: 'text', bytes: new Uint8Array(length), width: 1, nulls };
    return NumberVector.floats(scratch, length, scratch.floats().fill(0, 0, length), nulls);
  }
  const text = Buffer.from(value, 'latin1');
  const width = Math.max(1, text.length);
  const bytes = new Uint8Array(width * length);
  for (let row = 0; row < length; row++) bytes.set(text, row * width);
  return { kind: 'text', bytes, width, nulls: undefined };
}

/** A part computed from others; from constants alone it is computed now. @throws ExpressionError */
export function derivedNode(
  faults: Faults,
  place: { start: number },
  type: ValueType,
  key: string,
  parts: readonly Node[],
  evaluate: Node['evaluate'],
): Node {
  const columns = [...new Set(parts.flatMap((part) => part.columns))];
  const node: Node = { type, start: place.start, key, columns, evaluate };
  if (parts.length === 0 || parts.some((part) => part.value === undefined)) return node;
  const value = readValue(evaluate(EvaluationContext.ofOneRow()), 0);
  if (value === null) {
    throw faults.at(place, 'no_value', 'this constant is null: it divides by zero or overflows');
  }
  return constantNode(place, type, value);
}

/** One value of a vector: for messages and constants, not for the batch path. */
export function readValue(vector: Vector, row: number): Value {
  if (vector.kind === 'bool') {
    return vector.codes[row] === UNKNOWN ? null : vector.codes[row] === TRUE;
  }
  if (vector.nulls?.[row] === 1) return null;
  if (vector.kind === 'number') return vector.at(row);
  return readString(vector.bytes, vector.width, row);
}

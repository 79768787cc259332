/** Conditions as functions over whole columns: one tight loop for each test, no value boxed. */
import { nullTest, words } from '@tapeline/records';
import type {
  ColumnarBatch,
  ColumnData,
  ColumnDescription,
  SchemaDescription,
} from '@tapeline/records';
import { COMPARISONS } from './condition.js';
import type { Comparison, Condition, Operand, Test } from './condition.js';
import { literalValue } from './literal-value.js';

/** One byte a record: 1 where the condition holds. */
export type Mask = Uint8Array;
export type ColumnCondition = (batch: ColumnarBatch) => Mask;

/** Truth of a comparison when left is below, equal to, above right. */
const TRUTH: Readonly<Record<Comparison, readonly [number, number, number]>> = {
  eq: [0, 1, 0],
  ne: [1, 0, 1],
  lt: [1, 0, 0],
  le: [1, 1, 0],
  gt: [0, 0, 1],
  ge: [0, 1, 1],
};

/**
 * Compiles a condition for a schema.
 * @throws RangeError that names an unknown column (with the known ones) or an unsuitable literal.
 */
export function compileCondition(schema: SchemaDescription, condition: Condition): ColumnCondition {
  if ('all' in condition) return combine(schema, condition.all, (a, b) => a & b);
  if ('any' in condition) return combine(schema, condition.any, (a, b) => a | b);
  if ('not' in condition) {
    const inner = compileCondition(schema, condition.not);
    return (batch) => inner(batch).map((truth) => 1 - truth);
  }
  return compileTest(schema, condition);
}

function combine(
  schema: SchemaDescription,
  conditions: readonly Condition[],
  operator: (a: number, b: number) => number,
): ColumnCondition {
  const [first, ...rest] = conditions.map((condition) => compileCondition(schema, condition));
  return (batch) => {
    const mask = first!(batch);
    for (const next of rest) {
      const other = next(batch);
      for (let row = 0; row < mask.length; row++) mask[row] = operator(mask[row]!, other[row]!);
    }
    return mask;
  };
}

/** The column of a schema. @throws RangeError that lists the columns there are. */
export function findColumn(schema: SchemaDescription, name: string): ColumnDescription {
  const column = schema.columns.find((candidate) => candidate.name === name);
  if (column) return column;
  const names = schema.columns.map((candidate) => candidate.name).join(', ');
  throw new RangeError(`schema ${schema.name} has no column '${name}'; it has ${names}`);
}

function compileTest(schema: SchemaDescription, test: Test): ColumnCondition {
  const column = findColumn(schema, test.column);
  if (test.is === null) return (batch) => nulls(column, batch);
  if (test.is === 'empty') return compileEmpty(column);
  if (test.in) return compileMembership(column, test.in, 1);
  if (test.not_in) return compileMembership(column, test.not_in, 0);
  const comparison = COMPARISONS.find((name) => test[name] !== undefined);
  if (!comparison) throw new RangeError(`the test of ${column.name} compares with nothing`);
  return compileComparison(schema, column, comparison, test[comparison] as Operand);
}

function nulls(column: ColumnDescription, batch: ColumnarBatch): Mask {
  const mask = new Uint8Array(batch.length);
  const isNull = nullTest(column, batch.column(column.name));
  if (isNull) for (let row = 0; row < mask.length; row++) if (isNull(row)) mask[row] = 1;
  return mask;
}

function compileEmpty(column: ColumnDescription): ColumnCondition {
  if (column.type !== 'string') {
    throw new RangeError(`column ${column.name} is no text, so 'is: empty' does not apply to it`);
  }
  return (batch) => {
    const bytes = batch.column(column.name);
    return Uint8Array.from({ length: batch.length }, (_, row) =>
      bytes[row * column.width] === 0 ? 1 : 0,
    );
  };
}

function compileMembership(
  column: ColumnDescription,
  literals: readonly (string | number | bigint)[],
  whenFound: 0 | 1,
): ColumnCondition {
  const equals = literals.map((literal) => literalComparison(column, 'eq', literal));
  return (batch) => {
    const mask = new Uint8Array(batch.length);
    for (const equal of equals) {
      const found = equal(batch);
      for (let row = 0; row < mask.length; row++) mask[row]! |= found[row]!;
    }
    if (whenFound === 0) {
      for (let row = 0; row < mask.length; row++) mask[row]! ^= 1;
      clearNulls(mask, column, batch);
    }
    return mask;
  };
}

const isSigned = (column: ColumnDescription): boolean =>
  column.type === 'price' || column.type === 'i64';

function compileComparison(
  schema: SchemaDescription,
  column: ColumnDescription,
  comparison: Comparison,
  operand: Operand,
): ColumnCondition {
  if (typeof operand !== 'object') return literalComparison(column, comparison, operand);
  const other = findColumn(schema, operand.column);
  if (other.width !== column.width || isSigned(other) !== isSigned(column)) {
    throw new RangeError(`${column.name} and ${other.name} are of different types`);
  }
  const truth = TRUTH[comparison];
  return (batch) => {
    const left = batch.column(column.name);
    const right = batch.column(other.name);
    const mask =
      column.width === 8
        ? compareWide(words(left), words(right), isSigned(column), truth)
        : compareNarrow(left, right, truth);
    clearNulls(mask, column, batch);
    clearNulls(mask, other, batch);
    return mask;
  };
}

function literalComparison(
  column: ColumnDescription,
  comparison: Comparison,
  literal: string | number | bigint,
): ColumnCondition {
  const value = literalValue(column, literal);
  const truth = TRUTH[comparison];
  return (batch) => {
    const data = batch.column(column.name);
    const mask =
      column.width === 8
        ? compareWideLiteral(words(data), value, isSigned(column), truth)
        : compareNarrowLiteral(data, Number(value), truth);
    clearNulls(mask, column, batch);
    return mask;
  };
}

function clearNulls(mask: Mask, column: ColumnDescription, batch: ColumnarBatch): void {
  const isNull = nullTest(column, batch.column(column.name));
  if (isNull) for (let row = 0; row < mask.length; row++) if (isNull(row)) mask[row] = 0;
}

type Truth = readonly [number, number, number];

function compareNarrow(left: ColumnData, right: ColumnData, truth: Truth): Mask {
  const a = left as Int32Array;
  const b = right as Int32Array;
  const mask = new Uint8Array(a.length);
  for (let row = 0; row < mask.length; row++) {
    mask[row] = truth[a[row]! < b[row]! ? 0 : a[row]! > b[row]! ? 2 : 1]!;
  }
  return mask;
}

function compareNarrowLiteral(data: ColumnData, literal: number, truth: Truth): Mask {
  const values = data as Int32Array;
  const mask = new Uint8Array(values.length);
  for (let row = 0; row < mask.length; row++) {
    const value = values[row]!;
    mask[row] = truth[value < literal ? 0 : value > literal ? 2 : 1]!;
  }
  return mask;
}

// Flipping the sign bit makes the unsigned order of the high words the signed one.
const signBit = (signed: boolean): number => (signed ? 0x8000_0000 : 0);

function compareWide(left: Uint32Array, right: Uint32Array, signed: boolean, truth: Truth): Mask {
  const flip = signBit(signed);
  const mask = new Uint8Array(left.length / 2);
  for (let row = 0; row < mask.length; row++) {
    const leftHigh = (left[2 * row + 1]! ^ flip) >>> 0;
    const rightHigh = (right[2 * row + 1]! ^ flip) >>> 0;
    mask[row] = truth[order(leftHigh, left[2 * row]!, rightHigh, right[2 * row]!)]!;
  }
  return mask;
}

function compareWideLiteral(
  pairs: Uint32Array,
  literal: bigint,
  signed: boolean,
  truth: Truth,
): Mask {
  const flip = signBit(signed);
  const low = Number(BigInt.asUintN(32, literal));
  const high = (Number(BigInt.asUintN(32, literal >> 32n)) ^ flip) >>> 0;
  const mask = new Uint8Array(pairs.length / 2);
  for (let row = 0; row < mask.length; row++) {
    mask[row] = truth[order((pairs[2 * row + 1]! ^ flip) >>> 0, pairs[2 * row]!, high, low)]!;
  }
  return mask;
}

/** 0, 1 or 2 as the first pair of words is below, equal to or above the second. */
function order(aHigh: number, aLow: number, bHigh: number, bLow: number): 0 | 1 | 2 {
  if (aHigh !== bHigh) return aHigh < bHigh ? 0 : 2;
  if (aLow !== bLow) return aLow < bLow ? 0 : 2;
  return 1;
}

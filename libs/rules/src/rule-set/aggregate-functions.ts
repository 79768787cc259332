import type { ColumnarBatch, RecordDescription } from '@tapeline/records';
import { ExpressionError, ORDERED, readValue, TRUE } from '../expressions/index.js';
import type {
  EvaluationContext,
  Expression,
  Value,
  ValueType,
  Vector,
} from '../expressions/index.js';

/** One value of a batch. */
export interface Aggregate {
  readonly type: ValueType;
  /** Null where it is not known: of no values, or too large. */
  readonly evaluate: (
    batch: ColumnarBatch<RecordDescription>,
    context: EvaluationContext,
  ) => bigint | null;
}

type Fold = (vector: Vector, length: number) => bigint | null;

const SUMMED: readonly ValueType[] = ['price', 'decimal', 'duration', 'int'];

/** Null counts as nothing. */
const FOLDS: Readonly<Record<string, Fold>> = {
  count: (vector, length) => {
    let count = 0;
    for (let row = 0; row < length; row++) {
      const isCounted =
        vector.kind === 'bool' ? vector.codes[row] === TRUE : vector.nulls?.[row] !== 1;
      if (isCounted) count++;
    }
    return BigInt(count);
  },
  sum: (vector, length) => {
    let sum = 0n;
    for (const value of valuesOf(vector, length)) sum += value as bigint;
    return sum >= -(2n ** 63n) && sum < 2n ** 63n - 1n ? sum : null;
  },
  min: (vector, length) => {
    let least: bigint | null = null;
    for (const value of valuesOf(vector, length) as Iterable<bigint>) {
      if (least === null || value < least) least = value;
    }
    return least;
  },
  max: (vector, length) => {
    let most: bigint | null = null;
    for (const value of valuesOf(vector, length) as Iterable<bigint>) {
      if (most === null || value > most) most = value;
    }
    return most;
  },
  distinct: (vector, length) => BigInt(new Set(valuesOf(vector, length)).size),
};

/** Names of the functions over a batch. */
export const AGGREGATES: ReadonlySet<string> = new Set(Object.keys(FOLDS));

/**
 * `name(argument)`.
 * @throws ExpressionError at `start` of `text` if the argument does not suit.
 */
export function aggregateOf(
  name: string,
  argument: Expression | undefined,
  text: string,
  start: number,
): Aggregate {
  const type = argument?.type;
  if (type === undefined && name !== 'count') {
    const message = `${name} takes an expression of the records, such as ${name}(size)`;
    throw new ExpressionError('wrong_arity', message, text, start);
  }
  const taken = name === 'sum' ? SUMMED : ORDERED;
  if (type !== undefined && name !== 'count' && name !== 'distinct' && !taken.includes(type)) {
    const message = `${name} takes ${taken.join(', ')}, and this is a ${type}`;
    throw new ExpressionError('type_mismatch', message, text, start);
  }
  const fold = FOLDS[name]!;
  const isCount = name === 'count' || name === 'distinct';
  const result: ValueType = isCount || type === undefined ? 'int' : type;
  return {
    type: result,
    evaluate: (batch, context) =>
      argument ? fold(argument.evaluate(batch, context), batch.length) : BigInt(batch.length),
  };
}

/** The values that are not null. */
function* valuesOf(vector: Vector, length: number): Iterable<Value> {
  for (let row = 0; row < length; row++) {
    const value = readValue(vector, row);
    if (value !== null) yield value;
  }
}

import type { DerivedKind } from '@tapeline/records';

/**
 * What a value of an expression is: what a derived column may be, in the same units. `timestamp` is uint64, the
 * other numbers int64, `char` one ASCII letter, `string` NUL-padded ASCII. `null` is the literal alone.
 */
export type ValueType = DerivedKind | 'null';

/** Types with an order, held as numbers. */
export const ORDERED: readonly ValueType[] = [
  'price',
  'decimal',
  'timestamp',
  'duration',
  'date',
  'int',
];

/** One value, outside of the batch path. */
export type Value = bigint | boolean | string | null;

/**
 * What a value of an expression is. `price` and `decimal` are int64 in units of 1e-9, `timestamp` uint64
 * and `duration` int64 nanoseconds, `date` days since 1970-01-01, `int` any integer of 64 bits, `char` one
 * ASCII letter, `string` NUL-padded ASCII, `session` one of {@link SESSIONS}. `null` is the literal alone.
 */
export type ValueType =
  | 'price'
  | 'decimal'
  | 'timestamp'
  | 'duration'
  | 'date'
  | 'int'
  | 'bool'
  | 'char'
  | 'string'
  | 'session'
  | 'null';

/** Types with an order, held as numbers. */
export const ORDERED: readonly ValueType[] = [
  'price',
  'decimal',
  'timestamp',
  'duration',
  'date',
  'int',
];

/** Names of trading sessions; the position is the code that a calendar gives. */
export const SESSIONS = ['closed', 'eth', 'rth'] as const;

/** One value, outside of the batch path. */
export type Value = bigint | boolean | string | null;

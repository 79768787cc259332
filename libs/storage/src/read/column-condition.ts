import { nanosecondsName, quoteIdentifier } from '@tapeline/records';
import type { ColumnDescription } from '@tapeline/records';
import { escapeLiteral } from 'pg';
import { microsecond } from '../microsecond.js';

export const OPERATORS = ['=', '!=', '<', '<=', '>', '>='] as const;
export type Operator = (typeof OPERATORS)[number];

/** What a column's value must be. Null stands for what is unset, and is equal or not. */
export interface ColumnCondition {
  readonly column: ColumnDescription;
  readonly operator: Operator;
  /** A price in units of 1e-9, a time in nanoseconds, a letter's code, any other number, or a text. */
  readonly value: bigint | string | null;
}

/**
 * The condition in SQL, for a statement that takes no parameters: made of the column's name, an operator of the list,
 * and a literal that is written here.
 * @throws TypeError for a value that is none of the column's.
 */
export function conditionSql({ column, operator, value }: ColumnCondition): string {
  if (!OPERATORS.includes(operator)) throw new TypeError('no such operator');
  const name = `t.${quoteIdentifier(column.name)}`;
  if (value === null) {
    if (operator === '=') return `${name} IS NULL`;
    if (operator === '!=') return `${name} IS NOT NULL`;
    throw new TypeError('what is unset is neither less nor greater');
  }
  if (column.type === 'string') {
    if (typeof value !== 'string') throw new TypeError(`${column.name} is text`);
    return `${name} ${operator} ${escapeLiteral(value)} COLLATE "C"`;
  }
  if (typeof value !== 'bigint') throw new TypeError(`${column.name} is a number`);
  if (column.type === 'timestamp') {
    const rest = `t.${quoteIdentifier(nanosecondsName(column.name))}`;
    return `(${name}, ${rest}) ${operator} ('${microsecond(value)}'::timestamptz, ${value % 1000n})`;
  }
  if (column.type === 'char') {
    if (value < 0n || value > 127n) throw new TypeError('no letter has this code');
    // The type "char" compares as the byte that it is.
    return `ascii(${name}::text) ${operator} ${value}`;
  }
  return `${name} ${operator} ${value}::numeric`;
}

import { words } from './columnar-batch.js';
import type { ColumnData } from './columnar-batch.js';
import type { ColumnDescription } from './schema-description.js';

/** Whether the value of a row is null; undefined where no row's is. */
export type NullTest = ((row: number) => boolean) | undefined;

/** Tells whether a row's value is the column's sentinel; undefined if no row's is. */
export function nullTest(column: ColumnDescription, data: ColumnData): NullTest {
  const sentinel = column.nullValue;
  if (sentinel === undefined || column.type === 'string') return undefined;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    if (!data.includes(sentinel)) return undefined;
    const pairs = words(data);
    const low = Number(sentinel & 0xffff_ffffn);
    const high = Number(sentinel >> 32n);
    return (row) => pairs[2 * row] === low && pairs[2 * row + 1] === high;
  }
  const narrow = Number(sentinel);
  return data.includes(narrow) ? (row) => data[row] === narrow : undefined;
}

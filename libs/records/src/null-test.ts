import { words } from './columnar-batch.js';
import type { ColumnData } from './columnar-batch.js';
import type { ColumnDescription } from './schema-description.js';

/** Whether the value of a row is null; undefined where no row's is. */
export type NullTest = ((row: number) => boolean) | undefined;

/** Tells whether a row's value is the column's sentinel; undefined if no row is null. */
export function nullTest(column: ColumnDescription, data: ColumnData): NullTest {
  if (column.nullValue === undefined || column.type === 'string') return undefined;
  if (data.BYTES_PER_ELEMENT === 8) {
    const pairs = words(data);
    const low = Number(column.nullValue & 0xffff_ffffn);
    const high = Number(column.nullValue >> 32n);
    const test = (row: number) => pairs[2 * row] === low && pairs[2 * row + 1] === high;
    return anyRow(data.length, test) ? test : undefined;
  }
  const values = data as Uint32Array;
  const sentinel = Number(column.nullValue);
  const test = (row: number) => values[row] === sentinel;
  return anyRow(data.length, test) ? test : undefined;
}

function anyRow(length: number, test: (row: number) => boolean): boolean {
  for (let row = 0; row < length; row++) if (test(row)) return true;
  return false;
}

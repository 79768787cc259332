import { formatPrice, formatTimestamp, nullTest, readString } from '@tapeline/records';
import type { ColumnData, ColumnDescription } from '@tapeline/records';

/** A stored value for people: exact price, ISO time, letter, `null` where unset. */
export function showValue(column: ColumnDescription, data: ColumnData, row: number): string {
  if (column.type === 'string') return `'${readString(data as Uint8Array, column.width, row)}'`;
  if (nullTest(column, data.subarray(row, row + 1))?.(0)) return 'null';
  const value = data[row]!;
  switch (column.type) {
    case 'price':
      return formatPrice(BigInt(value));
    case 'timestamp':
      return formatTimestamp(BigInt(value));
    case 'char':
      return `'${String.fromCharCode(Number(value))}'`;
    default:
      return String(value);
  }
}

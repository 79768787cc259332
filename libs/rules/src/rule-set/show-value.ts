import { formatPrice, formatTimestamp, readString, SESSIONS } from '@tapeline/records';
import { readValue } from '../expressions/index.js';
import type { ValueType, Vector } from '../expressions/index.js';

const SECOND = 1_000_000_000n;

/** One value for people: exact price, ISO time, letter, `null` where unset. */
export function showValue(type: ValueType, vector: Vector, row: number): string {
  // Text that is unset is shown as what it is: empty.
  if (vector.kind === 'text' && vector.nulls?.[row] !== 1) {
    return `'${readString(vector.bytes, vector.width, row)}'`;
  }
  const value = readValue(vector, row);
  if (typeof value !== 'bigint') return String(value);
  switch (type) {
    case 'price':
    case 'decimal':
      return formatPrice(value);
    case 'timestamp':
      return formatTimestamp(value);
    case 'duration':
      return `${formatPrice(value)} s`;
    case 'date':
      return formatTimestamp(value * 86_400n * SECOND).slice(0, 10);
    case 'char':
      return `'${String.fromCharCode(Number(value))}'`;
    case 'session':
      return SESSIONS[Number(value)] ?? String(value);
    default:
      return String(value);
  }
}

import { parsePrice, parseTimestamp } from '@tapeline/records';
import type { ColumnDescription } from '@tapeline/records';
import type { Literal } from './condition.js';

/**
 * The raw value of a literal in the units of a column: a price `0.25` becomes 250000000 without
 * passing through a float, a time becomes nanoseconds, a letter its code.
 * @throws RangeError if the literal does not suit the column.
 */
export function literalValue(column: ColumnDescription, literal: Literal): bigint {
  const text = String(literal);
  switch (column.type) {
    case 'price':
      return parsePrice(text);
    case 'timestamp':
      return parseTimestamp(text);
    case 'char':
      if (!/^[\x20-\x7e]$/.test(text)) {
        throw new RangeError(`column ${column.name} is compared with '${text}', not one letter`);
      }
      return BigInt(text.charCodeAt(0));
    case 'string':
      throw new RangeError(`column ${column.name} is text: only 'is: empty' applies to it`);
    default:
      if (!/^-?\d+$/.test(text)) {
        throw new RangeError(`column ${column.name} is compared with '${text}', not an integer`);
      }
      return BigInt(text);
  }
}

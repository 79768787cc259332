import { allocateColumn, words } from '@tapeline/records';
import type { ColumnData, ColumnDescription } from '@tapeline/records';
import { valueTypeOf } from './column-node.js';
import type { NumberVector } from './number-vector.js';
import type { ValueType } from './value-type.js';
import { TRUE, UNKNOWN } from './vector.js';
import type { TextVector, Vector } from './vector.js';

/** Whether values of an expression can be stored in a column; a decimal goes into a price column. */
export function fitsColumn(type: ValueType, column: ColumnDescription): boolean {
  const stored = valueTypeOf(column.type);
  if (stored === 'int') return ['int', 'bool', 'duration', 'date', 'session'].includes(type);
  return stored === type || (stored === 'price' && type === 'decimal');
}

/**
 * Copies a vector into a new column of `length` values. A null becomes the column's sentinel, 0 if it has none;
 * so does a value that is too large for the column.
 */
export function writeColumn(vector: Vector, column: ColumnDescription, length: number): ColumnData {
  const data = allocateColumn(column, length);
  if (vector.kind === 'text') writeTexts(vector, data as Uint8Array, column.width, length);
  else if (vector.kind === 'number') writeNumbers(vector, column, data, length);
  else {
    const narrow = data as Uint8Array;
    const unset = Number(column.nullValue ?? 0n);
    for (let row = 0; row < length; row++) {
      const code = vector.codes[row]!;
      narrow[row] = code === UNKNOWN ? unset : code === TRUE ? 1 : 0;
    }
  }
  return data;
}

function writeTexts(vector: TextVector, data: Uint8Array, width: number, length: number): void {
  const kept = Math.min(width, vector.width);
  for (let row = 0; row < length; row++) {
    if (vector.nulls?.[row] === 1) continue;
    const from = row * vector.width;
    for (let at = 0; at < kept; at++) data[row * width + at] = vector.bytes[from + at]!;
  }
}

function writeNumbers(
  vector: NumberVector,
  column: ColumnDescription,
  data: ColumnData,
  length: number,
): void {
  const unset = column.nullValue ?? 0n;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    const isSigned = data instanceof BigInt64Array;
    const { low, high } = vector.pairs();
    const out = words(data);
    for (let row = 0; row < length; row++) {
      const top = high[2 * row + 1]!;
      if (vector.nulls?.[row] === 1 || (isSigned ? top > 0x7fff_ffff : top < 0)) {
        data[row] = unset;
      } else {
        out[2 * row] = low[2 * row]!;
        out[2 * row + 1] = top;
      }
    }
    return;
  }
  const floats = vector.floats();
  for (let row = 0; row < length; row++) {
    const value = floats ? floats[row]! : Number(vector.at(row));
    data[row] = value;
    if (vector.nulls?.[row] === 1 || data[row] !== value) data[row] = Number(unset);
  }
}

import { words } from '@tapeline/records';
import type { ColumnData, ColumnDescription } from '@tapeline/records';
import { NumberVector, pairsOf } from './number-vector.js';
import type { SmallArray } from './number-vector.js';
import type { Scratch } from './scratch.js';
import type { Nulls, Vector } from './vector.js';

/** Column data as a vector, without a copy where its form allows; its sentinels become nulls. */
export function loadColumn(
  scratch: Scratch,
  column: ColumnDescription,
  data: ColumnData,
  length: number,
  unknown?: Uint8Array,
): Vector {
  if (column.type === 'string') {
    return { kind: 'text', bytes: data as Uint8Array, width: column.width, nulls: unknown };
  }
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    const pairs = words(data);
    const values = pairsOf(pairs, data instanceof BigInt64Array);
    const nulls = wideNulls(scratch, column.nullValue, pairs, length, unknown);
    return NumberVector.pairs(scratch, length, values, nulls);
  }
  const nulls = smallNulls(scratch, column.nullValue, data as SmallArray, length, unknown);
  if (data instanceof Int8Array || data instanceof Int16Array) {
    const floats = scratch.floats();
    floats.set(data);
    return NumberVector.floats(scratch, length, floats, nulls);
  }
  return NumberVector.small(scratch, length, data, nulls);
}

function wideNulls(
  scratch: Scratch,
  sentinel: bigint | undefined,
  pairs: Uint32Array,
  length: number,
  unknown: Nulls,
): Nulls {
  if (sentinel === undefined) return unknown;
  const low = Number(BigInt.asUintN(32, sentinel));
  const high = Number(BigInt.asUintN(32, sentinel >> 32n));
  let row = 0;
  while (row < length && !(pairs[2 * row + 1] === high && pairs[2 * row] === low)) row++;
  if (row === length) return unknown;
  const nulls = startNulls(scratch, length, unknown);
  for (; row < length; row++) {
    if (pairs[2 * row + 1] === high && pairs[2 * row] === low) nulls[row] = 1;
  }
  return nulls;
}

function smallNulls(
  scratch: Scratch,
  sentinel: bigint | undefined,
  data: SmallArray,
  length: number,
  unknown: Nulls,
): Nulls {
  if (sentinel === undefined) return unknown;
  const value = Number(sentinel);
  let row = data.indexOf(value);
  if (row < 0) return unknown;
  const nulls = startNulls(scratch, length, unknown);
  for (; row < length; row++) if (data[row] === value) nulls[row] = 1;
  return nulls;
}

function startNulls(scratch: Scratch, length: number, unknown: Nulls): Uint8Array {
  const nulls = scratch.bytes();
  if (unknown) nulls.set(unknown.subarray(0, length));
  else nulls.fill(0, 0, length);
  return nulls;
}

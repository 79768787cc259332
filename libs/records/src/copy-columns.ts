/** Columns as fields of PostgreSQL's binary COPY format. */
import { words } from './columnar-batch.js';
import type { ColumnarBatch, ColumnData } from './columnar-batch.js';
import { nullTest } from './null-test.js';
import type { ColumnDescription } from './schema-description.js';
import type { TableColumn } from './table.js';
import { EXACT_HIGH, remainingNanoseconds, wholeMicroseconds } from './timestamp-parts.js';

const NULL_LENGTH = -1;

/** Microseconds between 1970 and PostgreSQL's epoch, 2000-01-01. */
const PG_EPOCH_US = 946_684_800_000_000;

export interface Rows {
  readonly out: DataView;
  /** Byte position at which the next field of each row goes. */
  readonly cursor: Uint32Array;
}

/** Writes the fields of one column for the rows `[from, to)`. */
export type ColumnWriter = (from: number, to: number) => void;

/** @param datasetId value of the `dataset_id` column. */
export function columnWriter(
  column: TableColumn,
  batch: ColumnarBatch,
  datasetId: number,
  rows: Rows,
): ColumnWriter {
  const { source } = column;
  if (source.kind === 'dataset') return constantWriter(datasetId, rows);
  const data = batch.columns[source.index] as ColumnData;
  const write =
    source.kind === 'nanoseconds'
      ? nanosecondsWriter(words(data), rows)
      : valueWriter(source.column, data, rows);
  const isNull = nullTest(source.column, data);
  return isNull ? aroundNulls(isNull, write, rows) : write;
}

function valueWriter(column: ColumnDescription, data: ColumnData, rows: Rows): ColumnWriter {
  switch (column.type) {
    case 'timestamp':
      return microsecondsWriter(words(data), rows);
    case 'price':
    case 'i64':
      return pairsWriter(words(data), rows);
    case 'u64':
      return numericWriter(words(data), rows);
    case 'u32':
      return unsigned32Writer(data as Uint32Array, rows);
    case 'string':
      return stringWriter(data as Uint8Array, column.width, rows);
    case 'char':
      return charWriter(data as Uint8Array, rows);
    case 'i8':
    case 'u8':
    case 'i16':
      return int16Writer(data as Int16Array, rows);
    case 'u16':
    case 'i32':
      return int32Writer(data as Int32Array, rows);
  }
}

/** Writes the nulls itself, and the runs of values between them by `write`. */
function aroundNulls(
  isNull: (row: number) => boolean,
  write: ColumnWriter,
  { out, cursor }: Rows,
): ColumnWriter {
  return (from, to) => {
    let start = from;
    for (let row = from; row < to; row++) {
      if (!isNull(row)) continue;
      if (start < row) write(start, row);
      out.setInt32(cursor[row]!, NULL_LENGTH);
      cursor[row]! += 4;
      start = row + 1;
    }
    if (start < to) write(start, to);
  };
}

// Loops of their own for each width: a call for each value would cost as much as writing it.

/** The number of fields, with which each row begins. */
export const countWriter =
  (count: number, { out, cursor }: Rows): ColumnWriter =>
  (from, to) => {
    for (let row = from; row < to; row++) {
      out.setInt16(cursor[row]!, count);
      cursor[row]! += 2;
    }
  };

const constantWriter =
  (value: number, { out, cursor }: Rows): ColumnWriter =>
  (from, to) => {
    for (let row = from; row < to; row++) {
      const at = cursor[row]!;
      out.setInt32(at, 2);
      out.setInt16(at + 4, value);
      cursor[row] = at + 6;
    }
  };

const charWriter =
  (values: Uint8Array, { out, cursor }: Rows): ColumnWriter =>
  (from, to) => {
    for (let row = from; row < to; row++) {
      const at = cursor[row]!;
      out.setInt32(at, 1);
      out.setUint8(at + 4, values[row]!);
      cursor[row] = at + 5;
    }
  };

const int16Writer =
  (values: Int16Array, { out, cursor }: Rows): ColumnWriter =>
  (from, to) => {
    for (let row = from; row < to; row++) {
      const at = cursor[row]!;
      out.setInt32(at, 2);
      out.setInt16(at + 4, values[row]!);
      cursor[row] = at + 6;
    }
  };

const int32Writer =
  (values: Int32Array, { out, cursor }: Rows): ColumnWriter =>
  (from, to) => {
    for (let row = from; row < to; row++) {
      const at = cursor[row]!;
      out.setInt32(at, 4);
      out.setInt32(at + 4, values[row]!);
      cursor[row] = at + 8;
    }
  };

const unsigned32Writer =
  (values: Uint32Array, { out, cursor }: Rows): ColumnWriter =>
  (from, to) => {
    for (let row = from; row < to; row++) {
      const at = cursor[row]!;
      out.setInt32(at, 8);
      out.setUint32(at + 4, 0);
      out.setUint32(at + 8, values[row]!);
      cursor[row] = at + 12;
    }
  };

const pairsWriter =
  (pairs: Uint32Array, { out, cursor }: Rows): ColumnWriter =>
  (from, to) => {
    for (let row = from; row < to; row++) {
      const at = cursor[row]!;
      out.setInt32(at, 8);
      out.setUint32(at + 4, pairs[2 * row + 1]!);
      out.setUint32(at + 8, pairs[2 * row]!);
      cursor[row] = at + 12;
    }
  };

const microsecondsWriter =
  (pairs: Uint32Array, { out, cursor }: Rows): ColumnWriter =>
  (from, to) => {
    for (let row = from; row < to; row++) {
      const at = cursor[row]!;
      const low = pairs[2 * row]!;
      const high = pairs[2 * row + 1]!;
      out.setInt32(at, 8);
      if (high < EXACT_HIGH) {
        const us = wholeMicroseconds(low, high) - PG_EPOCH_US;
        const upper = Math.floor(us / 0x1_0000_0000);
        out.setInt32(at + 4, upper);
        out.setUint32(at + 8, us - upper * 0x1_0000_0000);
      } else {
        const ns = (BigInt(high) << 32n) | BigInt(low);
        out.setBigInt64(at + 4, ns / 1000n - BigInt(PG_EPOCH_US));
      }
      cursor[row] = at + 12;
    }
  };

const nanosecondsWriter =
  (pairs: Uint32Array, { out, cursor }: Rows): ColumnWriter =>
  (from, to) => {
    for (let row = from; row < to; row++) {
      const at = cursor[row]!;
      out.setInt32(at, 2);
      out.setInt16(at + 4, remainingNanoseconds(pairs[2 * row]!, pairs[2 * row + 1]!));
      cursor[row] = at + 6;
    }
  };

/** Base-10000 digits of a u64 as PostgreSQL's numeric counts them: none for zero. */
export function numericDigits(high: number, low: number): number {
  if (high === 0) {
    if (low === 0) return 0;
    return low < 10_000 ? 1 : low < 100_000_000 ? 2 : 3;
  }
  let value = (BigInt(high) << 32n) | BigInt(low);
  let digits = 0;
  for (; value > 0n; value /= 10_000n) digits++;
  return digits;
}

const numericWriter =
  (pairs: Uint32Array, { out, cursor }: Rows): ColumnWriter =>
  (from, to) => {
    for (let row = from; row < to; row++) {
      const low = pairs[2 * row]!;
      const high = pairs[2 * row + 1]!;
      const digits = numericDigits(high, low);
      const at = cursor[row]!;
      out.setInt32(at, 8 + 2 * digits);
      out.setInt16(at + 4, digits);
      out.setInt16(at + 6, digits - 1); // weight of the first digit
      out.setInt32(at + 8, 0); // positive, no decimals
      const end = at + 12 + 2 * digits;
      if (high === 0) {
        for (let rest = low, p = end - 2; p >= at + 12; p -= 2, rest = Math.floor(rest / 10_000)) {
          out.setInt16(p, rest % 10_000);
        }
      } else {
        let rest = (BigInt(high) << 32n) | BigInt(low);
        for (let p = end - 2; p >= at + 12; p -= 2, rest /= 10_000n) {
          out.setInt16(p, Number(rest % 10_000n));
        }
      }
      cursor[row] = end;
    }
  };

/** Bytes before the first NUL, counting two for each Latin-1 byte above 127. */
export function utf8Length(bytes: Uint8Array, start: number, width: number): number {
  let length = 0;
  for (let i = start; i < start + width && bytes[i] !== 0; i++) length += bytes[i]! < 0x80 ? 1 : 2;
  return length;
}

const stringWriter =
  (bytes: Uint8Array, width: number, { out, cursor }: Rows): ColumnWriter =>
  (from, to) => {
    for (let row = from; row < to; row++) {
      const start = row * width;
      const lengthAt = cursor[row]!;
      let at = lengthAt + 4;
      for (let i = start; i < start + width && bytes[i] !== 0; i++) {
        const byte = bytes[i]!;
        if (byte < 0x80) {
          out.setUint8(at++, byte);
        } else {
          out.setUint8(at++, 0xc0 | (byte >> 6));
          out.setUint8(at++, 0x80 | (byte & 0x3f));
        }
      }
      out.setInt32(lengthAt, at - lengthAt - 4);
      cursor[row] = at;
    }
  };

/**
 * PostgreSQL's binary COPY format from columns. Each column is written in one tight loop; `cursor`
 * keeps where each row has got to, so no row is ever an object.
 *
 * Format: the 11-byte signature, flags and extension length; per tuple a 16-bit field count and per
 * field a 32-bit length (−1 for null) and the value, big-endian; 16-bit −1 at the end.
 */
import { words } from './columnar-batch.js';
import type { ColumnarBatch, ColumnData } from './columnar-batch.js';
import { nullTest } from './null-test.js';
import type { NullTest } from './null-test.js';
import { tableColumns } from './table.js';
import type { TableColumn } from './table.js';
import { EXACT_HIGH, remainingNanoseconds, wholeMicroseconds } from './timestamp-parts.js';

const SIGNATURE = Uint8Array.from([
  0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00, 0, 0, 0, 0, 0, 0, 0, 0,
]);
const NULL_LENGTH = -1;

/** Microseconds between 1970 and PostgreSQL's epoch, 2000-01-01. */
const PG_EPOCH_US = 946_684_800_000_000;

interface Rows {
  readonly out: DataView;
  /** Byte position at which the next field of each row goes. */
  readonly cursor: Uint32Array;
}

/**
 * The batch as one complete COPY stream in the column order of `tableColumns(batch.schema)`.
 * @param datasetId value of the `dataset_id` column.
 */
export function encodeCopy(batch: ColumnarBatch, datasetId: number): Uint8Array {
  const columns = tableColumns(batch.schema);
  const sizes = new Uint32Array(batch.length).fill(2);
  for (const column of columns) addFieldSizes(column, batch, sizes);

  const cursor = new Uint32Array(batch.length);
  let position = SIGNATURE.length;
  for (let row = 0; row < batch.length; row++) {
    cursor[row] = position;
    position += sizes[row]!;
  }
  const bytes = new Uint8Array(position + 2);
  bytes.set(SIGNATURE);
  const out = new DataView(bytes.buffer);
  for (let row = 0; row < batch.length; row++) {
    out.setInt16(cursor[row]!, columns.length);
    cursor[row]! += 2;
  }
  const rows: Rows = { out, cursor };
  for (const column of columns) writeColumn(column, batch, datasetId, rows);
  out.setInt16(position, -1);
  return bytes;
}

/** Adds the upper bound or exact size of one column's fields to each row's size. */
function addFieldSizes(column: TableColumn, batch: ColumnarBatch, sizes: Uint32Array): void {
  const { source } = column;
  if (source.kind === 'dataset') return addConstant(sizes, 4 + 2);
  const data = batch.columns[source.index] as ColumnData;
  const isNull = nullTest(source.column, data);
  if (source.column.type === 'string') {
    const { width } = source.column;
    for (let row = 0; row < sizes.length; row++) {
      sizes[row]! += 4 + utf8Length(data as Uint8Array, row * width, width);
    }
    return;
  }
  if (source.column.type === 'u64') {
    const pairs = words(data);
    for (let row = 0; row < sizes.length; row++) {
      sizes[row]! += 4 + 8 + 2 * numericDigits(pairs[2 * row + 1]!, pairs[2 * row]!);
    }
    return;
  }
  const width = fixedWidth(column.pgType);
  if (!isNull) return addConstant(sizes, 4 + width);
  for (let row = 0; row < sizes.length; row++) sizes[row]! += isNull(row) ? 4 : 4 + width;
}

function addConstant(sizes: Uint32Array, bytes: number): void {
  for (let row = 0; row < sizes.length; row++) sizes[row]! += bytes;
}

function fixedWidth(pgType: string): number {
  switch (pgType) {
    case 'bigint':
    case 'timestamptz':
      return 8;
    case 'integer':
      return 4;
    case 'smallint':
      return 2;
    case '"char"':
      return 1;
    default:
      throw new Error(`${pgType} has no fixed width`);
  }
}

function writeColumn(
  column: TableColumn,
  batch: ColumnarBatch,
  datasetId: number,
  rows: Rows,
): void {
  const { out } = rows;
  const { source } = column;
  if (source.kind === 'dataset') {
    return writeFixed(2, undefined, rows, (at) => out.setInt16(at, datasetId));
  }
  const data = batch.columns[source.index] as ColumnData;
  const isNull = nullTest(source.column, data);
  if (source.kind === 'nanoseconds') return writeNanoseconds(words(data), isNull, rows);
  const values = data as Int32Array;
  switch (source.column.type) {
    case 'timestamp':
      return writeMicroseconds(words(data), isNull, rows);
    case 'price':
    case 'i64':
      return writePairs(words(data), isNull, rows);
    case 'u64':
      return writeNumeric(words(data), rows);
    case 'u32':
      return writeUnsigned32(data as Uint32Array, isNull, rows);
    case 'string':
      return writeStrings(data as Uint8Array, source.column.width, rows);
    case 'char':
      return writeFixed(1, isNull, rows, (at, row) => out.setUint8(at, values[row]!));
    case 'i8':
    case 'u8':
    case 'i16':
      return writeFixed(2, isNull, rows, (at, row) => out.setInt16(at, values[row]!));
    case 'u16':
    case 'i32':
      return writeFixed(4, isNull, rows, (at, row) => out.setInt32(at, values[row]!));
  }
}

/** Writes one column of fixed width: `put` writes the value of a row at a byte position. */
function writeFixed(
  width: 1 | 2 | 4 | 8,
  isNull: NullTest,
  { out, cursor }: Rows,
  put: (at: number, row: number) => void,
): void {
  for (let row = 0; row < cursor.length; row++) {
    const at = cursor[row]!;
    if (isNull?.(row)) {
      out.setInt32(at, NULL_LENGTH);
      cursor[row] = at + 4;
    } else {
      out.setInt32(at, width);
      put(at + 4, row);
      cursor[row] = at + 4 + width;
    }
  }
}

function writePairs(pairs: Uint32Array, isNull: NullTest, rows: Rows): void {
  const { out } = rows;
  writeFixed(8, isNull, rows, (at, row) => {
    out.setUint32(at, pairs[2 * row + 1]!);
    out.setUint32(at + 4, pairs[2 * row]!);
  });
}

function writeUnsigned32(values: Uint32Array, isNull: NullTest, rows: Rows): void {
  const { out } = rows;
  writeFixed(8, isNull, rows, (at, row) => {
    out.setUint32(at, 0);
    out.setUint32(at + 4, values[row]!);
  });
}

function writeMicroseconds(pairs: Uint32Array, isNull: NullTest, rows: Rows): void {
  const { out } = rows;
  writeFixed(8, isNull, rows, (at, row) => {
    const low = pairs[2 * row]!;
    const high = pairs[2 * row + 1]!;
    if (high < EXACT_HIGH) {
      const us = wholeMicroseconds(low, high) - PG_EPOCH_US;
      const upper = Math.floor(us / 0x1_0000_0000);
      out.setInt32(at, upper);
      out.setUint32(at + 4, us - upper * 0x1_0000_0000);
    } else {
      const ns = (BigInt(high) << 32n) | BigInt(low);
      out.setBigInt64(at, ns / 1000n - BigInt(PG_EPOCH_US));
    }
  });
}

function writeNanoseconds(pairs: Uint32Array, isNull: NullTest, rows: Rows): void {
  const { out } = rows;
  writeFixed(2, isNull, rows, (at, row) => {
    out.setInt16(at, remainingNanoseconds(pairs[2 * row]!, pairs[2 * row + 1]!));
  });
}

/** Base-10000 digits of a u64 as PostgreSQL's numeric counts them: none for zero. */
function numericDigits(high: number, low: number): number {
  if (high === 0) {
    if (low === 0) return 0;
    return low < 10_000 ? 1 : low < 100_000_000 ? 2 : 3;
  }
  let value = (BigInt(high) << 32n) | BigInt(low);
  let digits = 0;
  for (; value > 0n; value /= 10_000n) digits++;
  return digits;
}

function writeNumeric(pairs: Uint32Array, { out, cursor }: Rows): void {
  for (let row = 0; row < cursor.length; row++) {
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
}

/** Bytes before the first NUL, counting two for each Latin-1 byte above 127. */
function utf8Length(bytes: Uint8Array, start: number, width: number): number {
  let length = 0;
  for (let i = start; i < start + width && bytes[i] !== 0; i++) length += bytes[i]! < 0x80 ? 1 : 2;
  return length;
}

function writeStrings(bytes: Uint8Array, width: number, { out, cursor }: Rows): void {
  for (let row = 0; row < cursor.length; row++) {
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
}

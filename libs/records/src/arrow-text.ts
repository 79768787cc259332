/** Text between the fixed widths of columns and the lengths of Arrow. */
import { makeData, Utf8 } from 'apache-arrow';
import type { Data } from 'apache-arrow';
import type { ColumnData } from './columnar-batch.js';
import type { ColumnDescription } from './schema-description.js';

/** Bytes that are no batch of the expected shape. `code` is `arrow_mismatch`. */
export class ArrowMismatchError extends Error {
  readonly code = 'arrow_mismatch';
  override readonly name = 'ArrowMismatchError';
}

/** Which values there are, one bit each. */
export function validityBitmap(length: number, isNull: (row: number) => boolean) {
  const bitmap = new Uint8Array(Math.ceil(length / 8));
  let nullCount = 0;
  for (let row = 0; row < length; row++) {
    if (isNull(row)) nullCount++;
    else bitmap[row >> 3]! |= 1 << (row & 7);
  }
  return { bitmap, nullCount };
}

/** Latin-1 to UTF-8, where bytes above 127 become two. An empty text is null where the column has nulls. */
export function stringsToArrow(column: ColumnDescription, bytes: Uint8Array, length: number): Data {
  const { width } = column;
  const valueOffsets = new Int32Array(length + 1);
  let size = 0;
  for (let row = 0; row < length; row++) {
    for (let from = row * width; from < (row + 1) * width && bytes[from] !== 0; from++) {
      size += bytes[from]! < 0x80 ? 1 : 2;
    }
    valueOffsets[row + 1] = size;
  }
  const data = new Uint8Array(size);
  for (let row = 0; row < length; row++) {
    let from = row * width;
    for (let to = valueOffsets[row]!; to < valueOffsets[row + 1]!; from++) {
      const byte = bytes[from]!;
      if (byte >= 0x80) data[to++] = 0xc0 | (byte >> 6);
      data[to++] = byte < 0x80 ? byte : 0x80 | (byte & 0x3f);
    }
  }
  const validity =
    column.nullValue !== undefined &&
    validityBitmap(length, (row) => valueOffsets[row] === valueOffsets[row + 1]);
  return makeData({
    type: new Utf8(),
    length,
    valueOffsets,
    data,
    ...(validity && { nullBitmap: validity.bitmap, nullCount: validity.nullCount }),
  });
}

/** One value of a string column, up to its first NUL; bytes above 127 are Latin-1. */
export function readString(bytes: Uint8Array, width: number, row: number): string {
  const start = row * width;
  let end = start;
  while (end < start + width && bytes[end] !== 0) end++;
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

/** One text of any length for each record. */
export function textsToArrow(texts: readonly string[]): Data<Utf8> {
  const encoded = texts.map((text) => Buffer.from(text, 'utf8'));
  const valueOffsets = new Int32Array(texts.length + 1);
  encoded.forEach((bytes, row) => {
    valueOffsets[row + 1] = valueOffsets[row]! + bytes.length;
  });
  return makeData({
    type: new Utf8(),
    length: texts.length,
    valueOffsets,
    data: Buffer.concat(encoded),
  });
}

/** Text of at most `width` bytes, as Latin-1. @throws ArrowMismatchError */
export function stringsFromArrow(data: Data<Utf8>, width: number, length: number): ColumnData {
  const target = new Uint8Array(length * width);
  const text = Buffer.from(data.values.buffer, data.values.byteOffset, data.values.byteLength);
  for (let row = 0; row < length; row++) {
    const value = text.toString('utf8', data.valueOffsets[row], data.valueOffsets[row + 1]);
    const bytes = Buffer.from(value, 'latin1');
    if (bytes.length > width) {
      throw new ArrowMismatchError(`'${value}' is longer than its column's ${width} bytes`);
    }
    target.set(bytes, row * width);
  }
  return target;
}

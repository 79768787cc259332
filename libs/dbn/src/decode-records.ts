import { allocateColumn, ColumnarBatch, ORDINAL } from '@tapeline/records';
import type { ColumnData, DbnVersion, RecordDescription } from '@tapeline/records';
import { alignedWindow, WINDOW_BYTES } from './aligned-window.js';
import { rawRecords } from './raw-records.js';
import type { RawRecords } from './raw-records.js';
import { columnReader } from './read-field.js';
import type { RowReader } from './read-field.js';

export interface DecodeOptions {
  /** Bytes per record, `ts_out` included. */
  readonly stride: number;
  /** Ordinal of the first record. */
  readonly firstOrdinal: number;
}

/**
 * Whole records of one kind as columns of the description: canonical ones (versions 1 and 2 are upgraded,
 * `ts_out` is left out), or those of `asIs` and `withTsOut`.
 * @param bytes whole records, at any alignment.
 * @throws DbnCorruptError wrong_record if a header does not fit the description and version; bad_length,
 *   bad_string.
 */
export function decodeRecords<D extends RecordDescription>(
  description: D,
  version: DbnVersion,
  bytes: Uint8Array,
  options: DecodeOptions,
): ColumnarBatch<D> {
  const records = rawRecords(description, version, bytes, options.stride);
  return readColumns(description, version, records, options.firstOrdinal);
}

/** All columns of checked records. @throws DbnCorruptError bad_string */
export function readColumns<D extends RecordDescription>(
  description: D,
  version: DbnVersion,
  records: RawRecords,
  firstOrdinal: number,
): ColumnarBatch<D> {
  const batch = ColumnarBatch.allocateUnset(description, records.count);
  const readers = description.columns.map((column, index) => {
    const data = batch.columns[index] as ColumnData;
    return column.name === ORDINAL
      ? ordinalReader(data, firstOrdinal)
      : columnReader(description, column, version, records, data);
  });
  readAll(readers, records);
  return batch;
}

/**
 * One column of whole records, in canonical values, such as the index timestamps.
 * @throws DbnCorruptError as {@link decodeRecords}; Error if the records have no such column.
 */
export function readColumn(
  description: RecordDescription,
  columnName: string,
  version: DbnVersion,
  bytes: Uint8Array,
  stride: number,
): ColumnData {
  const records = rawRecords(description, version, bytes, stride);
  return readOneColumn(description, columnName, version, records);
}

/** One column of checked records. @throws Error if they have no such column. */
export function readOneColumn(
  description: RecordDescription,
  columnName: string,
  version: DbnVersion,
  records: RawRecords,
): ColumnData {
  const column = description.columns.find(({ name }) => name === columnName && name !== ORDINAL);
  if (!column) throw new Error(`records of ${description.name} have no column ${columnName}`);
  const data = allocateColumn(column, records.count);
  readAll([columnReader(description, column, version, records, data)], records);
  return data;
}

/** Column by column within a few rows, so that a large batch passes through memory once. */
function readAll(readers: readonly RowReader[], { segments, stride }: RawRecords): void {
  const rows = Math.floor(WINDOW_BYTES / stride);
  let from = 0;
  for (const segment of segments) {
    for (let at = 0; at < segment.length; at += rows * stride) {
      const bytes = segment.subarray(at, at + rows * stride);
      const to = from + bytes.length / stride;
      const window = alignedWindow(bytes);
      for (const read of readers) read(window, from, to);
      from = to;
    }
  }
}

function ordinalReader(data: ColumnData, first: number): RowReader {
  return (_, from, to) => {
    for (let row = from; row < to; row++) data[row] = first + row;
  };
}

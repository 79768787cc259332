import { allocateColumn, ColumnarBatch, ORDINAL } from '@tapeline/records';
import type {
  ColumnData,
  ColumnDescription,
  DbnVersion,
  SchemaDescription,
} from '@tapeline/records';
import { rawRecords } from './raw-records.js';
import type { RawRecords } from './raw-records.js';
import { fieldReader } from './read-field.js';
import type { RowReader } from './read-field.js';

/** Bytes of records read at a time, well within a second-level cache. */
const CACHED_BYTES = 64 * 1024;

export interface DecodeOptions {
  /** Bytes per record, `ts_out` included. */
  readonly stride: number;
  /** Ordinal of the first record. */
  readonly firstOrdinal: number;
}

/**
 * Whole records of one schema as canonical columns: versions 1 and 2 are upgraded, `ts_out` is left out.
 * @param bytes whole records, at any alignment (fastest at a multiple of 4).
 * @throws DbnError wrong_record if a header does not fit the schema and version; bad_length, bad_string.
 */
export function decodeRecords(
  schema: SchemaDescription,
  version: DbnVersion,
  bytes: Uint8Array,
  options: DecodeOptions,
): ColumnarBatch {
  const records = rawRecords(schema, version, bytes, options.stride);
  const batch = ColumnarBatch.allocate(schema, records.count);
  const readers = schema.columns.map((column, index) => {
    const data = batch.columns[index] as ColumnData;
    return column.name === ORDINAL
      ? ordinalReader(data, options.firstOrdinal)
      : fieldReader(column, column.wire[version], records, data);
  });
  readAll(readers, records);
  return batch;
}

/**
 * One column of whole records, in canonical values, such as the index timestamps.
 * @throws DbnError as {@link decodeRecords}; Error if the records have no such column.
 */
export function readColumn(
  schema: SchemaDescription,
  columnName: string,
  version: DbnVersion,
  bytes: Uint8Array,
  stride: number,
): ColumnData {
  const column = wireColumn(schema, columnName);
  const records = rawRecords(schema, version, bytes, stride);
  const data = allocateColumn(column, records.count);
  readAll([fieldReader(column, column.wire[version], records, data)], records);
  return data;
}

/** Column by column within a few rows, so that a large batch passes through memory once. */
function readAll(readers: readonly RowReader[], { count, stride }: RawRecords): void {
  const rows = Math.max(1, Math.floor(CACHED_BYTES / stride));
  for (let from = 0; from < count; from += rows) {
    const to = Math.min(from + rows, count);
    for (const read of readers) read(from, to);
  }
}

function wireColumn(schema: SchemaDescription, name: string): ColumnDescription {
  const column = schema.columns.find((column) => column.name === name && name !== ORDINAL);
  if (!column) throw new Error(`records of ${schema.name} have no column ${name}`);
  return column;
}

function ordinalReader(data: ColumnData, first: number): RowReader {
  return (from, to) => {
    for (let row = from; row < to; row++) data[row] = first + row;
  };
}

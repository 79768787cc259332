/**
 * PostgreSQL's binary COPY format from columns. Each column is written in a tight loop over a block of rows that
 * the processor's cache holds; `cursor` keeps where each row has got to, so no row is ever an object.
 *
 * Format: the 11-byte signature, flags and extension length; per tuple a 16-bit field count and per
 * field a 32-bit length (−1 for null) and the value, big-endian; 16-bit −1 at the end.
 */
import { words } from './columnar-batch.js';
import type { ColumnarBatch, ColumnData } from './columnar-batch.js';
import { columnWriter, countWriter, numericDigits, utf8Length } from './copy-columns.js';
import type { Rows } from './copy-columns.js';
import { nullTest } from './null-test.js';
import { tableColumns } from './table.js';
import type { TableColumn } from './table.js';

/** With flags and length of the extension. */
const SIGNATURE = Uint8Array.from([
  0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00, 0, 0, 0, 0, 0, 0, 0, 0,
]);

const TRAILER = Uint8Array.of(0xff, 0xff);

/** Bytes of output that are written column by column before the next rows begin. */
const BLOCK_BYTES = 32 * 1024;

/** One complete COPY stream of rows that {@link encodeCopyRows} encoded, in pieces. */
export const copyStream = (rows: readonly Uint8Array[]): Uint8Array[] => [
  SIGNATURE,
  ...rows,
  TRAILER,
];

/**
 * The rows of a batch for a COPY stream in the column order of `tableColumns(batch.schema)`.
 * @param datasetId value of the `dataset_id` column.
 */
export function encodeCopyRows(batch: ColumnarBatch, datasetId: number): Uint8Array<ArrayBuffer> {
  const columns = tableColumns(batch.schema);
  const cursor = new Uint32Array(batch.length);
  const size = placeRows(columns, batch, cursor);
  const bytes = new Uint8Array(size);
  const rows: Rows = { out: new DataView(bytes.buffer), cursor };
  const writers = [
    countWriter(columns.length, rows),
    ...columns.map((column) => columnWriter(column, batch, datasetId, rows)),
  ];
  const block = Math.max(1, Math.floor((BLOCK_BYTES * batch.length) / size));
  for (let from = 0; from < batch.length; from += block) {
    const to = Math.min(from + block, batch.length);
    for (const write of writers) write(from, to);
  }
  return bytes;
}

/** Sets each row's cursor to where it begins; @returns the bytes of all. */
function placeRows(
  columns: readonly TableColumn[],
  batch: ColumnarBatch,
  cursor: Uint32Array,
): number {
  let constant = 2;
  for (const column of columns) constant += addFieldSizes(column, batch, cursor);
  let position = 0;
  for (let row = 0; row < cursor.length; row++) {
    const size = constant + cursor[row]!;
    cursor[row] = position;
    position += size;
  }
  return position;
}

/** Adds what differs between rows to `sizes`; @returns the bytes that a column takes in every row. */
function addFieldSizes(column: TableColumn, batch: ColumnarBatch, sizes: Uint32Array): number {
  const { source } = column;
  if (source.kind === 'dataset') return 4 + 2;
  const data = batch.columns[source.index] as ColumnData;
  if (source.column.type === 'string') {
    const { width } = source.column;
    for (let row = 0; row < sizes.length; row++) {
      sizes[row]! += utf8Length(data as Uint8Array, row * width, width);
    }
    return 4;
  }
  if (source.column.type === 'u64') {
    const pairs = words(data);
    for (let row = 0; row < sizes.length; row++) {
      sizes[row]! += 2 * numericDigits(pairs[2 * row + 1]!, pairs[2 * row]!);
    }
    return 4 + 8;
  }
  const isNull = nullTest(source.column, data);
  const width = fixedWidth(column.pgType);
  if (!isNull) return 4 + width;
  for (let row = 0; row < sizes.length; row++) if (!isNull(row)) sizes[row]! += width;
  return 4;
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

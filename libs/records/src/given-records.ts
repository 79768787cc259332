/** Batches of the values that a test writes down. */
import { ColumnarBatch } from './columnar-batch.js';
import type { SchemaName } from './schema-description.js';
import { SCHEMAS } from './schemas.js';
import { parsePrice, parseTimestamp } from './units.js';

/** Values by column: prices as `3720.25`, times as ns or `2024-07-01T12:00`, letters and texts as they are. */
export type GivenRecord = Readonly<Record<string, string | number | bigint>>;

/** Records of a schema; columns that are not given are zero, prices unset, ordinals the position. */
export function recordsOf(schema: SchemaName, records: readonly GivenRecord[], firstOrdinal = 0) {
  const batch = ColumnarBatch.allocate(SCHEMAS[schema], records.length);
  SCHEMAS[schema].columns.forEach((column, index) => {
    const data = batch.columns[index]!;
    records.forEach((record, row) => {
      const value =
        record[column.name] ??
        (column.name === 'ordinal' ? firstOrdinal + row : undefined) ??
        (column.type === 'price' ? column.nullValue : undefined) ??
        (column.name === 'action' && column.type === 'char' ? 'T' : 0);
      if (column.type === 'string') {
        if (value !== 0) (data as Uint8Array).set(Buffer.from(String(value)), row * column.width);
      } else if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
        data[row] =
          typeof value !== 'string'
            ? BigInt(value)
            : column.type === 'price'
              ? parsePrice(value)
              : parseTimestamp(value);
      } else {
        data[row] =
          column.type === 'char' && typeof value === 'string'
            ? value.codePointAt(0)!
            : Number(value);
      }
    });
  });
  return batch;
}

import { ColumnarBatch } from '@tapeline/records';
import type { SchemaDescription } from '@tapeline/records';
import { nullColumn } from './compile-set.js';

/**
 * The batch with the columns of `schema`: while rules change, batches come that older rules made. A column
 * that they did not make is null, one that is no longer made is not seen.
 */
export function conformBatch(batch: ColumnarBatch, schema: SchemaDescription): ColumnarBatch {
  if (batch.schema === schema) return batch;
  const columns = schema.columns.map((column) => {
    const at = batch.schema.columns.findIndex(
      ({ name, derived, width }) =>
        name === column.name && derived === column.derived && width === column.width,
    );
    return batch.columns[at] ?? nullColumn(column, batch.length);
  });
  return new ColumnarBatch(schema, batch.length, columns);
}

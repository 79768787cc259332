import { ColumnarBatch } from '@tapeline/records';
import type { SchemaDescription } from '@tapeline/records';

/** Values by column name; numbers are whole, texts ASCII. Columns left out are "not set". */
export type Row = Readonly<Record<string, bigint | number | string>>;

/** A batch of a few records written out by name. @throws Error for a column the schema lacks. */
export function batchOfRows(schema: SchemaDescription, rows: readonly Row[]): ColumnarBatch {
  const batch = ColumnarBatch.allocate(schema, rows.length);
  schema.columns.forEach(({ type, absentValue }, index) => {
    const data = batch.columns[index]!;
    if (type === 'string') return;
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(absentValue);
    else data.fill(Number(absentValue));
  });
  rows.forEach((row, at) => {
    for (const [name, value] of Object.entries(row)) {
      const data = batch.column(name);
      if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
        data[at] = BigInt(value);
      } else if (typeof value === 'string') {
        const width = data.length / rows.length;
        if (value.length > width) throw new Error(`'${value}' is too long for ${name}`);
        (data as Uint8Array).set(Buffer.from(value, 'latin1'), at * width);
      } else {
        data[at] = Number(value);
      }
    }
  });
  return batch;
}

import type { ColumnarBatch, ColumnData, RecordDescription } from '@tapeline/records';

/** Sets values of a batch by column name, wide numbers as BigInt; for making input, not for speed. */
export function columnsOf(batch: ColumnarBatch<RecordDescription>) {
  const byName = new Map<string, ColumnData>(
    batch.schema.columns.map(({ name }, index) => [name, batch.columns[index] as ColumnData]),
  );
  const column = (name: string): ColumnData => {
    const data = byName.get(name);
    if (!data) throw new Error(`${batch.schema.name} has no column ${name}`);
    return data;
  };
  return {
    wide: (name: string) => column(name) as BigInt64Array | BigUint64Array,
    narrow: (name: string) => column(name) as Uint32Array | Uint8Array,
    text: (name: string) => {
      const data = column(name) as Uint8Array;
      const width = data.length / batch.length;
      return (row: number, value: string): void => {
        for (let i = 0; i < value.length; i++) data[row * width + i] = value.charCodeAt(i);
      };
    },
  };
}

/** A batch of extreme and ordinary values in every column, for tests of codecs and tables. */
import { ColumnarBatch } from './columnar-batch.js';
import type { ColumnDescription, RecordDescription } from './schema-description.js';

const RANGE: Partial<Record<ColumnDescription['type'], readonly [bigint, bigint]>> = {
  price: [-(2n ** 63n), 2n ** 63n - 2n],
  i64: [-(2n ** 63n), 2n ** 63n - 2n],
  u64: [0n, 2n ** 64n - 1n],
  // The last nanosecond is the sentinel.
  timestamp: [0n, 2n ** 64n - 2n],
  i32: [-(2n ** 31n), 2n ** 31n - 2n],
  u32: [0n, 2n ** 32n - 2n],
  i16: [-(2n ** 15n), 2n ** 15n - 2n],
  u16: [0n, 2n ** 16n - 2n],
  i8: [-128n, 126n],
  u8: [0n, 254n],
  char: [32n, 126n],
};

/**
 * Deterministic records: row 0 holds each column's smallest value, row 1 its largest, row 2 its
 * sentinel where it has one, and the rest values in between, negative prices among them.
 */
export function sampleBatch<D extends RecordDescription>(
  schema: D,
  length: number,
): ColumnarBatch<D> {
  const batch = ColumnarBatch.allocate(schema, length);
  let state = 0x9e37_79b9_7f4a_7c15n;
  const random = (): bigint => {
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) & (2n ** 64n - 1n);
    return state;
  };
  schema.columns.forEach((column, index) => {
    const data = batch.columns[index]!;
    for (let row = 0; row < length; row++) {
      if (column.type === 'string') {
        const text = row === 0 ? '' : `S${random() % 1000n}`.slice(0, column.width - 1);
        (data as Uint8Array).set(Buffer.from(text), row * column.width);
        continue;
      }
      const [smallest, largest] = RANGE[column.type]!;
      const isIndex = column.name === schema.indexColumn;
      let value = smallest + (random() % (largest - smallest + 1n));
      if (column.name === 'ordinal') value = BigInt(row);
      else if (row === 0) value = isIndex ? 1n : smallest;
      else if (row === 1) value = largest;
      else if (row === 2 && column.nullValue !== undefined && !isIndex) value = column.nullValue;
      if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[row] = value;
      else data[row] = Number(value);
    }
  });
  return batch;
}

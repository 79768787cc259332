/** For tests: DBN of extreme values, and the same values as a table should show them. */
import { encodeMetadata, encodeRecords } from '@tapeline/dbn';
import type { DbnMetadata } from '@tapeline/dbn';
import { readString, sampleBatch, SCHEMAS } from '@tapeline/records';
import type {
  ColumnarBatch,
  ColumnDescription,
  RecordDescription,
  SchemaName,
} from '@tapeline/records';

/** Records whose times stay within the range of Arrow and Parquet, up to its last nanosecond. */
export function sampleRecords(schema: SchemaName, length: number): ColumnarBatch {
  const batch = sampleBatch(SCHEMAS[schema], length);
  for (const { name, type, nullValue } of batch.schema.columns) {
    if (type !== 'timestamp') continue;
    const times = batch.column(name) as BigUint64Array;
    for (const [row, time] of times.entries()) {
      if (time !== nullValue) times[row] = time & (2n ** 63n - 1n);
    }
    if (length > 3) times[3] = 2n ** 63n - 1n;
  }
  return batch;
}

const sampleMetadata = (schema: SchemaName, overrides: Partial<DbnMetadata> = {}) => ({
  version: 3 as const,
  dataset: 'GLBX.MDP3',
  schema: SCHEMAS[schema].code,
  start: 0n,
  end: null,
  limit: null,
  stypeIn: 'raw_symbol',
  stypeOut: 'instrument_id',
  tsOut: false,
  symbols: [],
  partial: [],
  notFound: [],
  mappings: [],
  ...overrides,
});

/** The records as a DBN file of version 3. */
export const dbnFile = (batch: ColumnarBatch, overrides: Partial<DbnMetadata> = {}): Buffer =>
  Buffer.concat([
    encodeMetadata(sampleMetadata(batch.schema.name, overrides)),
    encodeRecords(batch, 3),
  ]);

export type Value = bigint | number | string | null;

/** What a table is to hold of one column: null where it is unset, letters and texts as strings. */
export function expectedValues(
  batch: ColumnarBatch<RecordDescription>,
  { name, type, width, nullValue }: ColumnDescription,
): Value[] {
  const data = batch.column(name);
  return Array.from({ length: batch.length }, (_, row): Value => {
    if (type === 'string') return readString(data as Uint8Array, width, row);
    const value = data[row]!;
    if (nullValue !== undefined && BigInt(value) === nullValue) return null;
    return type === 'char' ? String.fromCharCode(Number(value)) : value;
  });
}

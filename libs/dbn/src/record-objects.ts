import { ORDINAL, readString } from '@tapeline/records';
import type {
  ColumnarBatch,
  ColumnData,
  ColumnDescription,
  RecordDescription,
  RecordName,
} from '@tapeline/records';

/**
 * One record under Databento's field names; levels are flattened as `bid_px_00`. Prices (1e-9 units),
 * timestamps (ns since epoch) and other 64-bit integers are bigint, text and single letters are strings, and
 * what is not set is null.
 */
export interface DbnRecord {
  readonly kind: RecordName;
  readonly rtype: number;
  readonly [field: string]: bigint | number | string | null;
}

type Reader = (row: number) => bigint | number | string | null;

/** The records of a batch as plain objects: for convenience, not for speed. */
export function* recordObjects(batch: ColumnarBatch<RecordDescription>): Generator<DbnRecord> {
  const { name: kind, rtype } = batch.schema;
  const fields = batch.schema.columns
    .map((column, index) => [column, batch.columns[index] as ColumnData] as const)
    .filter(([column]) => column.name !== ORDINAL && column.isReserved !== true)
    .map(([column, data]) => [column.name, valueReader(column, data)] as const);
  for (let row = 0; row < batch.length; row++) {
    const record: Record<string, bigint | number | string | null> = { kind, rtype };
    for (const [name, read] of fields) record[name] = read(row);
    yield record as DbnRecord;
  }
}

function valueReader(column: ColumnDescription, data: ColumnData): Reader {
  if (column.type === 'string') return (row) => readString(data as Uint8Array, column.width, row);
  const unset =
    data.BYTES_PER_ELEMENT === 8 || column.nullValue === undefined
      ? column.nullValue
      : Number(column.nullValue);
  if (column.type === 'char') {
    return (row) => (data[row] === unset ? null : String.fromCharCode(data[row] as number));
  }
  return (row) => (data[row] === unset ? null : data[row]!);
}

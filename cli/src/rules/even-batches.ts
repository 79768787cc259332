import { batchRecords } from '@tapeline/contracts';
import { ColumnarBatch, isSchemaName, ORDINAL, SCHEMAS } from '@tapeline/records';
import type { RecordDescription, RecordName, SchemaName } from '@tapeline/records';

/** Records of one source, and the dataset that they are of. */
export interface RecordSource {
  readonly dataset: string;
  readonly records: AsyncIterable<RecordsAt>;
}

/** Consecutive records of any kind, and the position of the first. */
export interface RecordsAt {
  readonly records: ColumnarBatch<RecordDescription>;
  readonly firstOrdinal: number;
}

interface Filling {
  readonly batch: ColumnarBatch;
  length: number;
}

/**
 * Records in batches as the services see them: of one schema, cut as the fetcher cuts them, since `prev` and rules of
 * `batch` see no further. What comes before a fault of the source leaves first.
 * @param leftOut counts records of kinds that are no schema, which no rule is for.
 */
export async function* evenBatches(
  source: AsyncIterable<RecordsAt>,
  leftOut: Map<RecordName, number>,
): AsyncGenerator<ColumnarBatch> {
  const fillings = new Map<SchemaName, Filling>();
  let fault: { readonly error: unknown } | undefined;
  try {
    for await (const { records, firstOrdinal } of source) {
      const { name } = records.schema;
      if (isSchemaName(name)) yield* fill(fillings, name, records, firstOrdinal);
      else leftOut.set(name, (leftOut.get(name) ?? 0) + records.length);
    }
  } catch (error) {
    fault = { error };
  }
  for (const { batch, length } of fillings.values()) yield batch.slice(0, length);
  if (fault) throw fault.error;
}

/** Yields batches as they fill. */
function* fill(
  fillings: Map<SchemaName, Filling>,
  name: SchemaName,
  records: ColumnarBatch<RecordDescription>,
  firstOrdinal: number,
): Generator<ColumnarBatch> {
  for (let from = 0; from < records.length;) {
    const filling = fillings.get(name) ?? startBatch(name);
    const count = Math.min(records.length - from, filling.batch.length - filling.length);
    copyRecords(records, from, count, filling, firstOrdinal + from);
    from += count;
    fillings.set(name, filling);
    if (filling.length < filling.batch.length) continue;
    fillings.delete(name);
    yield filling.batch;
  }
}

const startBatch = (name: SchemaName): Filling => ({
  batch: ColumnarBatch.allocate(SCHEMAS[name], batchRecords(SCHEMAS[name])),
  length: 0,
});

function copyRecords(
  from: ColumnarBatch<RecordDescription>,
  first: number,
  count: number,
  filling: Filling,
  firstOrdinal: number,
): void {
  const { batch } = filling;
  batch.schema.columns.forEach(({ name, type, width }, index) => {
    if (name === ORDINAL) return;
    const elements = type === 'string' ? width : 1;
    const part = from.column(name).subarray(first * elements, (first + count) * elements);
    // Both are of the column's one type.
    (batch.columns[index] as Uint8Array).set(part as Uint8Array, filling.length * elements);
  });
  const ordinals = batch.ordinals();
  for (let row = 0; row < count; row++) ordinals[filling.length + row] = firstOrdinal + row;
  filling.length += count;
}

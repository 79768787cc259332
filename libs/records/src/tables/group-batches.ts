import { ColumnarBatch } from '../columnar-batch.js';
import type { RecordDescription } from '../schema-description.js';

type Batch = ColumnarBatch<RecordDescription>;

/** Batches of one description, joined until they have at least `rows` records; the last may have fewer. */
export async function* groupBatches(
  batches: AsyncIterable<Batch>,
  rows: number,
): AsyncGenerator<Batch> {
  let pending: Batch[] = [];
  let count = 0;
  for await (const batch of batches) {
    pending.push(batch);
    count += batch.length;
    if (count < rows) continue;
    yield joined(pending, count);
    pending = [];
    count = 0;
  }
  if (count > 0) yield joined(pending, count);
}

function joined(batches: readonly Batch[], length: number): Batch {
  const [first] = batches as readonly [Batch];
  if (batches.length === 1) return first;
  const whole = ColumnarBatch.allocate(first.schema, length);
  for (const [index, target] of whole.columns.entries()) {
    let position = 0;
    for (const { columns } of batches) {
      const data = columns[index]!;
      // Both arrays are of the column's one type.
      (target as Uint8Array).set(data as Uint8Array, position);
      position += data.length;
    }
  }
  return whole;
}

import { ColumnarBatch, DAY_NS, SCHEMA_NAMES, SCHEMAS } from '@tapeline/records';
import type { Storage } from '../storage.js';
import type { HeldDays } from './held-days.js';

/** Makes the partitions for those days, where the database has native ones. */
export async function ensureDays(
  storage: Storage,
  days: ReadonlyMap<string, readonly HeldDays[]>,
): Promise<void> {
  const partitioning = await storage.partitions();
  if (partitioning.kind !== 'native') return;
  for (const name of SCHEMA_NAMES) {
    const schema = SCHEMAS[name];
    const numbers = (days.get(schema.table) ?? []).flatMap(({ from, to }) =>
      Array.from({ length: to - from }, (_, index) => from + index),
    );
    if (numbers.length === 0) continue;
    const batch = ColumnarBatch.allocate(schema, numbers.length);
    const times = batch.indexTimestamps();
    for (const [row, day] of numbers.entries()) times[row] = BigInt(day) * DAY_NS;
    await partitioning.ensure(batch);
  }
}

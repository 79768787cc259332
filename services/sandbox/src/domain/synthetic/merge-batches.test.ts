import { expect, it } from '@jest/globals';
import { ColumnarBatch, SCHEMAS } from '@tapeline/records';
import { mergeBatches } from './merge-batches.js';
import { Random } from './random.js';

/** Trades at the given times, `size` numbering them from `first` on. */
function batchAt(times: readonly bigint[], instrumentId: number): ColumnarBatch {
  const batch = ColumnarBatch.allocate(SCHEMAS.trades, times.length);
  batch.indexTimestamps().set(times);
  (batch.column('instrument_id') as Uint32Array).fill(instrumentId);
  (batch.column('size') as Uint32Array).set(times.map((_, row) => row));
  return batch;
}

it('orders by time, then by batch, then as given, for any number of batches', () => {
  const random = new Random(1);
  for (let count = 1; count <= 9; count++) {
    const batches = Array.from({ length: count }, (_, id) => {
      const times = Array.from(
        { length: random.below(40) },
        () => 0xffff_fff0n + BigInt(random.below(40)),
      );
      return batchAt(
        times.toSorted((a, b) => Number(a - b)),
        id,
      );
    });
    const merged = mergeBatches(batches);
    const rows = batches.flatMap((batch, id) =>
      Array.from(batch.indexTimestamps(), (time, row) => ({ time, id, row })),
    );
    rows.sort((a, b) => Number(a.time - b.time) || a.id - b.id || a.row - b.row);
    const found = Array.from(merged?.indexTimestamps() ?? [], (time, row) => ({
      time,
      id: (merged!.column('instrument_id') as Uint32Array)[row]!,
      row: (merged!.column('size') as Uint32Array)[row]!,
    }));
    expect(found).toEqual(rows);
  }
});

it('has nothing to give for nothing', () => {
  expect(mergeBatches([])).toBeUndefined();
  expect(mergeBatches([batchAt([], 1)])).toBeUndefined();
});

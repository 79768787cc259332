import type { ColumnarBatch } from '@tapeline/records';
import type { TimeRange } from './market-source.js';

/** The records of an ordered batch whose index timestamps are in the range, as views. */
export function clipBatch(batch: ColumnarBatch, { start, end }: TimeRange): ColumnarBatch {
  const times = batch.indexTimestamps();
  const from = firstAtOrAfter(times, start);
  const to = firstAtOrAfter(times, end);
  return from === 0 && to === batch.length ? batch : batch.slice(from, Math.max(from, to));
}

function firstAtOrAfter(times: BigUint64Array, time: bigint): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

import { allocateColumn, ColumnarBatch, words } from '@tapeline/records';

/**
 * Batches of one schema, each in the order of its index timestamps, as one in that order. Records of
 * equal timestamps keep the order of their batches.
 */
export function mergeBatches(batches: readonly ColumnarBatch[]): ColumnarBatch | undefined {
  const filled = batches.filter(({ length }) => length > 0);
  const [first] = filled;
  if (!first || filled.length === 1) return first;
  const length = filled.reduce((sum, batch) => sum + batch.length, 0);
  const order = mergeOrder(filled, length);
  const columns = first.schema.columns.map((column, index) => {
    const joined = allocateColumn(column, length);
    let at = 0;
    for (const batch of filled) {
      const part = batch.columns[index] as Uint32Array<ArrayBuffer>;
      (joined as Uint32Array).set(part, at);
      at += part.length;
    }
    return joined;
  });
  return new ColumnarBatch(first.schema, length, columns).take(order);
}

/** Rows of the concatenated batches in the order of their timestamps, by merging neighbours pairwise. */
function mergeOrder(batches: readonly ColumnarBatch[], length: number): Uint32Array {
  const high = new Uint32Array(length);
  const low = new Uint32Array(length);
  const bounds = [0];
  let row = 0;
  for (const batch of batches) {
    const times = words(batch.indexTimestamps());
    for (let i = 0; i < batch.length; i++, row++) {
      low[row] = times[2 * i]!;
      high[row] = times[2 * i + 1]!;
    }
    bounds.push(row);
  }
  let from = Uint32Array.from({ length }, (_, index) => index);
  let to = new Uint32Array(length);
  let runs = bounds;
  while (runs.length > 2) {
    const merged = [0];
    for (let run = 0; run + 1 < runs.length; run += 2) {
      const middle = runs[run + 1]!;
      const end = runs[run + 2] ?? middle;
      mergeRuns(from, to, runs[run]!, middle, end, high, low);
      merged.push(end);
    }
    [from, to] = [to, from];
    runs = merged;
  }
  return from;
}

function mergeRuns(
  from: Uint32Array,
  to: Uint32Array,
  start: number,
  middle: number,
  end: number,
  high: Uint32Array,
  low: Uint32Array,
): void {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    const takeLeft =
      left < middle && (right >= end || !isBefore(from[right]!, from[left]!, high, low));
    to[at] = takeLeft ? from[left++]! : from[right++]!;
  }
}

const isBefore = (a: number, b: number, high: Uint32Array, low: Uint32Array): boolean =>
  high[a]! < high[b]! || (high[a] === high[b] && low[a]! < low[b]!);

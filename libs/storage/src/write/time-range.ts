import { words } from '@tapeline/records';

/** The earliest and the latest of some times, ns; null if there are none. */
export function timeRange(times: BigUint64Array<ArrayBuffer>): {
  readonly first: bigint | null;
  readonly last: bigint | null;
} {
  if (times.length === 0) return { first: null, last: null };
  const halves = words(times);
  const isBefore = (a: number, b: number): boolean => {
    const [highA = 0, highB = 0] = [halves[2 * a + 1], halves[2 * b + 1]];
    return highA < highB || (highA === highB && halves[2 * a]! < halves[2 * b]!);
  };
  let [first, last] = [0, 0];
  for (let row = 1; row < times.length; row++) {
    if (isBefore(row, first)) first = row;
    else if (isBefore(last, row)) last = row;
  }
  return { first: times[first]!, last: times[last]! };
}

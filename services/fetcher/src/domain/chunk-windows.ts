import type { PartitionSpan } from '@tapeline/records';
import type { TimeRange } from './time-ranges.js';

/**
 * Cuts a range at UTC midnights, months or years: the span of the schema's partitions, so that a chunk
 * is small enough to redo and lies in one partition.
 */
export function chunkWindows(range: TimeRange, unit: PartitionSpan): TimeRange[] {
  const windows: TimeRange[] = [];
  for (let { start } = range; start < range.end;) {
    const instant = Temporal.Instant.fromEpochNanoseconds(start).toZonedDateTimeISO('UTC');
    const first = instant.startOfDay().with({
      ...(unit !== 'day' && { day: 1 }),
      ...(unit === 'year' && { month: 1 }),
    });
    const next = first.add({ [`${unit}s`]: 1 }).epochNanoseconds;
    const end = next < range.end ? next : range.end;
    windows.push({ start, end });
    start = end;
  }
  return windows;
}

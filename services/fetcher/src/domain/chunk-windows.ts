import { parseTimestamp, partitionDates, utcDate } from '@tapeline/records';
import type { PartitionSpan } from '@tapeline/records';
import type { TimeRange } from './time-ranges.js';

/**
 * Cuts a range at UTC midnights, months or years: the span of the schema's partitions, so that a chunk
 * is small enough to redo and lies in one partition.
 */
export function chunkWindows(range: TimeRange, span: PartitionSpan): TimeRange[] {
  const windows: TimeRange[] = [];
  for (let { start } = range; start < range.end;) {
    const { to } = partitionDates(Temporal.PlainDate.from(utcDate(start)), span);
    const next = parseTimestamp(to.toString());
    const end = next < range.end ? next : range.end;
    windows.push({ start, end });
    start = end;
  }
  return windows;
}

/** Half-open ranges of nanoseconds, `[start, end)`. */
export interface TimeRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** The common part of two ranges, or undefined if there is none. */
export function intersect(a: TimeRange, b: TimeRange): TimeRange | undefined {
  const start = a.start > b.start ? a.start : b.start;
  const end = a.end < b.end ? a.end : b.end;
  return start < end ? { start, end } : undefined;
}

/** What is left of `range` after taking away `others`, in order of time. */
export function subtract(range: TimeRange, others: readonly TimeRange[]): TimeRange[] {
  const left: TimeRange[] = [];
  let { start } = range;
  for (const other of others.toSorted((a, b) => (a.start < b.start ? -1 : 1))) {
    if (other.end <= start || other.start >= range.end) continue;
    if (other.start > start) left.push({ start, end: other.start });
    start = other.end;
  }
  if (start < range.end) left.push({ start, end: range.end });
  return left;
}

/** Ranges that touch or overlap, joined; in order of time. */
export function union(ranges: readonly TimeRange[]): TimeRange[] {
  const joined: { start: bigint; end: bigint }[] = [];
  for (const { start, end } of ranges.toSorted((a, b) => (a.start < b.start ? -1 : 1))) {
    const last = joined.at(-1);
    if (!last || start > last.end) joined.push({ start, end });
    else if (end > last.end) last.end = end;
  }
  return joined;
}

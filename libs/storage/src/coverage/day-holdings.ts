import type { HeldTimeRange } from '../read/held-ranges.js';
import type { DayRange } from './coverage-row.js';
import { dayFrom, dayOf } from './day-number.js';
import type { Holdings } from './read-holdings.js';

/** What is held of an instrument, in days. */
export interface DayHoldings {
  /** Days held from midnight to midnight. */
  readonly whole: readonly DayRange[];
  /** Days of which anything is held. */
  readonly touched: readonly DayRange[];
  /** Days of which anything is being fetched. */
  readonly fetching: readonly DayRange[];
  readonly stale: readonly DayRange[];
  /** What is held, to the nanosecond. */
  readonly parts: readonly HeldTimeRange[];
}

/**
 * Adds what is held of an instrument itself to what is held of every instrument. Where it is held itself, its
 * records came that way, so a day that is stale for the others need not be for it.
 */
export function dayHoldings(own?: Holdings, every?: Holdings): DayHoldings {
  const given = [own, every].filter((holdings) => holdings !== undefined);
  const ownDays = wholeDays(own?.held ?? []);
  const parts = joinRanges(given.flatMap(({ held }) => held));
  return {
    whole: wholeDays(parts),
    touched: parts.map(touchedDays),
    fetching: given.flatMap(({ pending }) => pending).map(touchedDays),
    stale: [
      ...(own?.stale ?? []),
      ...(every?.stale ?? []).flatMap((days) => without(days, ownDays)),
    ],
    parts,
  };
}

const touchedDays = ({ start, end }: HeldTimeRange): DayRange => ({
  from: dayOf(start),
  to: dayFrom(end),
});

function joinRanges(ranges: readonly HeldTimeRange[]): HeldTimeRange[] {
  const joined: HeldTimeRange[] = [];
  for (const next of ranges.toSorted((a, b) => (a.start < b.start ? -1 : 1))) {
    const last = joined.at(-1);
    if (!last || last.end < next.start) joined.push(next);
    else if (last.end < next.end) joined[joined.length - 1] = { ...last, end: next.end };
  }
  return joined;
}

const wholeDays = (ranges: readonly HeldTimeRange[]): DayRange[] =>
  ranges
    .map(({ start, end }) => ({ from: dayFrom(start), to: dayOf(end) }))
    .filter(({ from, to }) => from < to);

/** What is left of a range of days; the others are in order of time. */
function without(days: DayRange, others: readonly DayRange[]): DayRange[] {
  const left: DayRange[] = [];
  let { from } = days;
  for (const other of others) {
    if (other.to <= from || other.from >= days.to) continue;
    if (other.from > from) left.push({ from, to: other.from });
    from = other.to;
  }
  if (from < days.to) left.push({ from, to: days.to });
  return left;
}

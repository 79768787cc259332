import { formatTimestamp } from '@tapeline/records';
import { COVERAGE_STATES, dayDate } from '@tapeline/storage';
import type { CoverageAnswer, CoverageRange, CoverageRow } from '@tapeline/storage';

/** Coverage as JSON: days as dates, `[start, end)`, and times exact to the nanosecond. */
export function coverageAnswer({ rows, nothingHeld, leftOff }: CoverageAnswer) {
  return {
    rows: rows.map(rowAnswer),
    /** Requested symbols that no row is about. */
    nothing_held: nothingHeld,
    /** Rows or instruments beyond the limit. */
    left_off: leftOff,
  };
}

const rowAnswer = ({ dataset, schema, symbol, ranges }: CoverageRow) => ({
  dataset,
  schema,
  symbol,
  start: dayDate(ranges[0]!.from),
  end: dayDate(ranges.at(-1)!.to),
  days: daysByState(ranges),
  stale_days: ranges.reduce((sum, range) => sum + (range.stale ? daysOf(range) : 0), 0),
  ranges: ranges.map(rangeAnswer),
});

const daysOf = ({ from, to }: CoverageRange): number => to - from;

/** How many days are in each of the states that occur. */
function daysByState(ranges: readonly CoverageRange[]): Record<string, number> {
  const counts = COVERAGE_STATES.map((state) => {
    const own = ranges.filter((range) => range.state === state);
    return [state, own.reduce((sum, range) => sum + daysOf(range), 0)] as const;
  });
  return Object.fromEntries(counts.filter(([, days]) => days > 0));
}

const rangeAnswer = (range: CoverageRange) => ({
  start: dayDate(range.from),
  end: dayDate(range.to),
  state: range.state,
  degraded: range.degraded,
  stale: range.stale,
  last_modified_date: range.lastModified === null ? null : dayDate(range.lastModified),
  instrument_id: range.instrumentId,
  raw_symbol: range.rawSymbol,
  quarantined: range.quarantined,
  held: range.parts.map(({ start, end }) => ({
    start: formatTimestamp(start),
    end: formatTimestamp(end),
  })),
});

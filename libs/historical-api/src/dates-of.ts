import { DAY_NS, utcDate } from '@tapeline/records';
import type { DateCondition, TimeRange } from './historical-source.js';

/** UTC dates, the end exclusive. */
export interface DateRange {
  readonly from: string;
  readonly to: string;
}

/** The UTC dates that a range touches. */
export const datesOf = ({ start, end }: TimeRange): DateRange => ({
  from: utcDate(start),
  to: utcDate(end - 1n + DAY_NS),
});

/** Dates of degraded quality among them. */
export const degradedDates = (
  conditions: readonly DateCondition[],
  { from, to }: DateRange,
): string[] =>
  conditions
    .filter(({ date, condition }) => condition === 'degraded' && date >= from && date < to)
    .map(({ date }) => date);

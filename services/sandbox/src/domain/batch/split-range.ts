import { DAY_NS, utcDate } from '@tapeline/records';
import type { TimeRange } from '../market-source.js';
import type { SplitDuration } from './batch-request.js';

export interface Period extends TimeRange {
  /** In names of files: `20240701`, or first and last day, inclusive: `20240701-20240707`. */
  readonly label: string;
}

/** A range cut where UTC days, weeks (from Sunday), months or years begin. */
export function* splitRange({ start, end }: TimeRange, by: SplitDuration): Generator<Period> {
  for (let from = start; from < end;) {
    const next = nextPeriod(from, by);
    const to = next === undefined || next > end ? end : next;
    const [first, last] = [from, to - 1n].map((time) => utcDate(time).replaceAll('-', ''));
    yield { start: from, end: to, label: by === 'day' ? first! : `${first}-${last}` };
    from = to;
  }
}

function nextPeriod(time: bigint, by: SplitDuration): bigint | undefined {
  const date = Temporal.PlainDate.from(utcDate(time));
  switch (by) {
    case 'day':
      return midnight(date) + DAY_NS;
    case 'week':
      // Days of the week count from Monday, 1, to Sunday, 7.
      return midnight(date.add({ days: 7 - (date.dayOfWeek % 7) }));
    case 'month':
      return midnight(date.with({ day: 1 }).add({ months: 1 }));
    case 'year':
      return midnight(date.with({ month: 1, day: 1 }).add({ years: 1 }));
    case 'none':
      return undefined;
  }
}

const midnight = (date: Temporal.PlainDate): bigint => date.toZonedDateTime('UTC').epochNanoseconds;

import type { Session } from '@tapeline/rules';
import { RTH } from '@tapeline/rules';
import type { BarWindow } from '@tapeline/storage';

/** How long a bar is: so many microseconds, or by the calendar of a place. */
export type Bucket =
  | { readonly unit: 'fixed'; readonly width: number }
  | { readonly unit: 'day' | 'week' | 'month' | 'session' };

export type SessionFilter = 'all' | 'rth' | 'eth';

/** When a market is open. */
export interface Sessions {
  readonly sessionsOf: (date: Temporal.PlainDate) => readonly Session[];
}

export interface BarTime {
  readonly bucket: Bucket;
  readonly filter: SessionFilter;
  /** IANA name of the zone by which days, weeks and months begin. */
  readonly zone: string;
  /** Nanoseconds, `[start, end)`. */
  readonly start: bigint;
  readonly end: bigint;
}

const MICROSECOND = 1_000n;
const SECOND = 1_000_000_000n;

/**
 * The windows in which bars are made. Days, weeks and months of a zone begin at its own midnight, so that a day may last 23
 * or 25 hours; bars of a fixed width count from midnight UTC, or from the session's beginning where sessions are asked for.
 * A trading day's sessions are those of its date: they may begin on the evening before.
 * @param sessions of the dataset's market, where the bucket or the filter needs them.
 */
export function barWindows(time: BarTime, sessions: Sessions | undefined): BarWindow[] {
  const { bucket, filter, start, end } = time;
  const windows = (
    bucket.unit === 'fixed' && filter === 'all'
      ? [fixedWindow(time, bucket.width)]
      : bucket.unit === 'session' || filter !== 'all'
        ? sessionWindows(time, sessions!)
        : calendarWindows(time)
  ).filter(({ since, until }) => since < end && until > start);
  return windows;
}

function fixedWindow({ start, end }: BarTime, width: number): BarWindow {
  const step = BigInt(width) * MICROSECOND;
  const begin = start - (start % step);
  return { since: begin, until: end, begin };
}

function calendarWindows({ bucket, zone, start, end }: BarTime): BarWindow[] {
  const windows: BarWindow[] = [];
  for (let date = firstOf(bucket.unit, dateAt(start, zone)); ; date = next(bucket.unit, date)) {
    const since = midnightOf(date, zone);
    if (since >= end) return windows;
    windows.push({ since, until: midnightOf(next(bucket.unit, date), zone), begin: since });
  }
}

/** Sessions in order; the bar of a day, week or month begins with the first session that it has. */
function sessionWindows(
  { bucket, filter, zone, start, end }: BarTime,
  { sessionsOf }: Sessions,
): BarWindow[] {
  const windows: BarWindow[] = [];
  const begins = new Map<string, bigint>();
  const last = dateAt(end, zone).add({ days: 1 });
  let date = firstOf(bucket.unit, dateAt(start, zone).subtract({ days: 1 }));
  for (; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
    const chosen = sessionsOf(date).filter(
      ({ code }) => filter === 'all' || (code === RTH) === (filter === 'rth'),
    );
    for (const [index, session] of chosen.entries()) {
      const [since, until] = [session.start, session.end].map((s) => BigInt(s) * SECOND) as [
        bigint,
        bigint,
      ];
      const key =
        bucket.unit === 'fixed'
          ? `${date.toString()} ${index}`
          : bucket.unit === 'session'
            ? date.toString()
            : firstOf(bucket.unit, date).toString();
      const begin = begins.get(key) ?? since;
      begins.set(key, begin);
      windows.push({ since, until, begin });
    }
  }
  return windows;
}

const dateAt = (time: bigint, zone: string): Temporal.PlainDate =>
  Temporal.Instant.fromEpochNanoseconds(time).toZonedDateTimeISO(zone).toPlainDate();

const midnightOf = (date: Temporal.PlainDate, zone: string): bigint =>
  date.toZonedDateTime(zone).epochNanoseconds;

function firstOf(unit: Bucket['unit'], date: Temporal.PlainDate): Temporal.PlainDate {
  if (unit === 'week') return date.subtract({ days: date.dayOfWeek - 1 });
  return unit === 'month' ? date.with({ day: 1 }) : date;
}

function next(unit: Bucket['unit'], date: Temporal.PlainDate): Temporal.PlainDate {
  if (unit === 'week') return date.add({ weeks: 1 });
  return unit === 'month' ? date.add({ months: 1 }) : date.add({ days: 1 });
}

/** When a market trades: sessions, and their slices, which are the units that are generated. */
import { holidayOn } from './holidays.js';

/** All slices begin on this grid, so that none crosses an hour or a UTC day. */
export const SLICE_SECONDS = 900;

/** Trading hours of a market in its local time. */
export interface TradingHours {
  readonly timeZone: string;
  /** From when on how much is traded per hour, relative to the rest; `day` -1 is the evening before. */
  readonly profile: readonly {
    readonly day: -1 | 0;
    readonly time: string;
    readonly weight: number;
  }[];
  readonly close: string;
  /** Close on holidays that shorten the session; null where all holidays are days off. */
  readonly earlyClose: string | null;
  /** When the day's settlement price (or closing price) is struck. */
  readonly settle: string;
}

/** Times in seconds since epoch. */
export interface Session {
  /** The trade date, `YYYY-MM-DD`: the local date of the close. */
  readonly date: string;
  /** Position among all sessions of the market. */
  readonly index: number;
  readonly open: number;
  readonly close: number;
  readonly settle: number;
  /** Contiguous from open to close. */
  readonly slices: readonly Slice[];
}

export interface Slice {
  readonly start: number;
  readonly end: number;
  /** Part of a full session's trading that falls into the slice. */
  readonly share: number;
}

/** Every session with a trade date in `[from, to)`. */
export function sessionsBetween(
  hours: TradingHours,
  from: Temporal.PlainDate,
  to: Temporal.PlainDate,
): Session[] {
  const sessions: Session[] = [];
  for (let date = from; Temporal.PlainDate.compare(date, to) < 0; date = date.add({ days: 1 })) {
    const closing = closingOn(hours, date);
    if (closing !== null) sessions.push(buildSession(hours, date, closing, sessions.length));
  }
  return sessions;
}

function closingOn(hours: TradingHours, date: Temporal.PlainDate): string | null {
  if (date.dayOfWeek > 5) return null;
  const holiday = holidayOn(date);
  if (!holiday) return hours.close;
  return holiday.futuresClosed ? null : hours.earlyClose;
}

function buildSession(
  hours: TradingHours,
  date: Temporal.PlainDate,
  closing: string,
  index: number,
): Session {
  const at = (time: string, day = 0) => localSeconds(hours.timeZone, date.add({ days: day }), time);
  const starts = hours.profile.map(({ day, time }) => at(time, day));
  const ends = [...starts.slice(1), at(hours.close)];
  const close = at(closing);
  const weightOf = (phase: number) => hours.profile[phase]?.weight ?? 0;
  const total = starts.reduce((sum, start, i) => sum + (ends[i]! - start) * weightOf(i), 0);
  const slices: Slice[] = [];
  starts.forEach((phaseStart, phase) => {
    const phaseEnd = Math.min(ends[phase]!, close);
    for (let start = phaseStart; start < phaseEnd; start += SLICE_SECONDS) {
      const end = Math.min(start + SLICE_SECONDS, phaseEnd);
      slices.push({ start, end, share: ((end - start) * weightOf(phase)) / total });
    }
  });
  const settle = Math.min(at(hours.settle), close);
  return { date: date.toString(), index, open: starts[0]!, close, settle, slices };
}

/** Seconds since epoch of a local time such as `17:00`. */
export function localSeconds(timeZone: string, date: Temporal.PlainDate, time: string): number {
  const plainTime = Temporal.PlainTime.from(time);
  return date.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds / 1000;
}

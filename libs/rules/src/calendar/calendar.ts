import { EXACT_HIGH, wholeMicroseconds, words } from '@tapeline/records';
import type { SessionLookup } from '../expressions/index.js';
import { minutesOf, WEEKDAYS } from './calendar-shape.js';
import type { CalendarFile } from './calendar-shape.js';
import { dateOf } from './dates-of.js';

/** Codes of sessions, as expressions know them. */
export const CLOSED = 0;
export const ETH = 1;
export const RTH = 2;

/** A session of a trading day, seconds since epoch, `[start, end)`. */
export interface Session {
  readonly code: typeof ETH | typeof RTH;
  readonly start: number;
  readonly end: number;
}

type SpecialDay = CalendarFile['special_days'][number];

const DAY_S = 86_400;
const SECOND_NS = 1_000_000_000n;

/** When a market is open. Days are worked out when they are asked for, and remembered. */
export class Calendar implements SessionLookup {
  readonly #special = new Map<number, ReadonlyMap<string, SpecialDay>>();
  /** By date, `YYYY-MM-DD`. */
  readonly #days = new Map<string, readonly Session[]>();
  /** By UTC day since epoch: the sessions that it meets, in order. */
  readonly #utcDays = new Map<number, readonly Session[]>();

  constructor(private readonly file: CalendarFile) {}

  get name(): string {
    return this.file.name;
  }

  /** The sessions of a trading day, in order; none if it is none. */
  readonly sessionsOf = (date: Temporal.PlainDate): readonly Session[] => {
    const key = date.toString();
    let sessions = this.#days.get(key);
    if (!sessions) {
      sessions = this.#plannedFor(date).map(({ kind, from, to }) => ({
        code: kind === 'rth' ? RTH : ETH,
        start: this.#secondOf(date, minutesOf(from)),
        end: this.#secondOf(date, minutesOf(to)),
      }));
      this.#days.set(key, sessions);
    }
    return sessions;
  };

  sessionCodes(times: BigUint64Array<ArrayBuffer>, nulls?: Uint8Array): Uint8Array {
    const halves = words(times);
    const codes = new Uint8Array(times.length);
    // Rows mostly come in order of time: what holds for one holds for those after it.
    let [from, to, code] = [0, 0, CLOSED as number];
    for (let row = 0; row < times.length; row++) {
      const high = halves[2 * row + 1]!;
      // After the year 2255 nothing is known to be open.
      if (nulls?.[row] === 1 || high >= EXACT_HIGH) continue;
      const second = Math.floor(wholeMicroseconds(halves[2 * row]!, high) / 1e6);
      if (second < from || second >= to) [from, to, code] = this.#around(second);
      codes[row] = code;
    }
    return codes;
  }

  /**
   * Parts of `[fromNs, toNs)` in which a silence counts: sessions that touch are one part.
   * @returns disjoint intervals in order, ns.
   */
  openIntervals(fromNs: bigint, toNs: bigint): { readonly start: bigint; readonly end: bigint }[] {
    const [first, last] = [fromNs, toNs].map((time) => Number(time / SECOND_NS / BigInt(DAY_S)));
    const joined: { start: number; end: number }[] = [];
    for (let day = first! - 1; day <= last! + 1; day++) {
      for (const { code, start, end } of this.sessionsOf(utcDate(day))) {
        if (this.file.silences === 'rth' && code !== RTH) continue;
        const before = joined.at(-1);
        if (before?.end === start) before.end = end;
        else joined.push({ start, end });
      }
    }
    const ns = (second: number): bigint => BigInt(second) * SECOND_NS;
    return joined.flatMap(({ start, end }) => {
      const [from, to] = [ns(start), ns(end)];
      const cut = { start: from > fromNs ? from : fromNs, end: to < toNs ? to : toNs };
      return cut.start < cut.end ? [cut] : [];
    });
  }

  #plannedFor(date: Temporal.PlainDate): CalendarFile['sessions'] {
    const special = this.#specialDays(date.year).get(date.toString());
    if (special) return special.sessions;
    return this.file.days.includes(WEEKDAYS[date.dayOfWeek - 1]!) ? this.file.sessions : [];
  }

  /** Those of a year, some of which come from rules of the years beside it. */
  #specialDays(year: number): ReadonlyMap<string, SpecialDay> {
    const known = this.#special.get(year);
    if (known) return known;
    const days = new Map<string, SpecialDay>();
    for (const special of this.file.special_days) {
      for (const rule of special.on) {
        for (const of of [year - 1, year, year + 1]) {
          const key = dateOf(rule, of)?.toString();
          if (key?.startsWith(`${year}-`) && !days.has(key)) days.set(key, special);
        }
      }
    }
    this.#special.set(year, days);
    return days;
  }

  #secondOf(date: Temporal.PlainDate, minutes: number): number {
    const day = minutes < 0 ? date.subtract({ days: 1 }) : date;
    const time = Temporal.PlainTime.from({
      hour: Math.floor((minutes + 1440) / 60) % 24,
      minute: (minutes + 1440) % 60,
    });
    const instant = day.toZonedDateTime({ timeZone: this.file.zone, plainTime: time });
    return instant.epochMilliseconds / 1000;
  }

  /** The session or the gap between sessions around a time, as far as its UTC day goes. */
  #around(second: number): [from: number, to: number, code: number] {
    const day = Math.floor(second / DAY_S);
    let sessions = this.#utcDays.get(day);
    if (!sessions) {
      sessions = [day - 1, day, day + 1]
        .flatMap((each) => this.sessionsOf(utcDate(each)))
        .filter(({ start, end }) => start < (day + 1) * DAY_S && end > day * DAY_S);
      this.#utcDays.set(day, sessions);
    }
    let from = day * DAY_S;
    for (const { start, end, code } of sessions) {
      if (second < start) return [from, start, CLOSED];
      if (second < end) return [start, end, code];
      from = end;
    }
    return [from, (day + 1) * DAY_S, CLOSED];
  }
}

const utcDate = (day: number): Temporal.PlainDate =>
  Temporal.PlainDate.from('1970-01-01').add({ days: day });

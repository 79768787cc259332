/** US market holidays by their rules, for any year. */

type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

export interface Holiday {
  readonly name: string;
  /** Whether futures rest too. On the others they close early. */
  readonly futuresClosed: boolean;
}

const CACHE = new Map<number, ReadonlyMap<string, Holiday>>();

/** The holiday observed on a date, if any. */
export function holidayOn(date: Temporal.PlainDate): Holiday | undefined {
  let year = CACHE.get(date.year);
  if (!year) CACHE.set(date.year, (year = holidaysOf(date.year)));
  return year.get(date.toString());
}

function holidaysOf(year: number): ReadonlyMap<string, Holiday> {
  const rests = { futuresClosed: true };
  const shortens = { futuresClosed: false };
  const goodFriday = easterSunday(year).subtract({ days: 2 });
  const newYear = Temporal.PlainDate.from({ year, month: 1, day: 1 });
  const all: [Temporal.PlainDate, Holiday][] = [
    [nthWeekday(year, 1, 3, 1), { name: 'Martin Luther King Day', ...shortens }],
    [nthWeekday(year, 2, 3, 1), { name: "Presidents' Day", ...shortens }],
    [goodFriday, { name: 'Good Friday', ...rests }],
    [lastMonday(year, 5), { name: 'Memorial Day', ...shortens }],
    [observed(year, 6, 19), { name: 'Juneteenth', ...shortens }],
    [observed(year, 7, 4), { name: 'Independence Day', ...shortens }],
    [nthWeekday(year, 9, 1, 1), { name: 'Labor Day', ...shortens }],
    [nthWeekday(year, 11, 4, 4), { name: 'Thanksgiving', ...shortens }],
    [observed(year, 12, 25), { name: 'Christmas', ...rests }],
    // A New Year's Day on a Saturday is not made up for.
    [newYear.dayOfWeek === 7 ? newYear.add({ days: 1 }) : newYear, { name: 'New Year', ...rests }],
  ];
  return new Map(all.map(([date, holiday]) => [date.toString(), holiday]));
}

function nthWeekday(year: number, month: number, n: number, weekday: Weekday): Temporal.PlainDate {
  const first = Temporal.PlainDate.from({ year, month, day: 1 });
  return first.add({ days: ((weekday - first.dayOfWeek + 7) % 7) + 7 * (n - 1) });
}

function lastMonday(year: number, month: number): Temporal.PlainDate {
  const first = Temporal.PlainDate.from({ year, month, day: 1 });
  const last = first.add({ months: 1 }).subtract({ days: 1 });
  return last.subtract({ days: last.dayOfWeek - 1 });
}

/** Saturdays are observed the day before, Sundays the day after. */
function observed(year: number, month: number, day: number): Temporal.PlainDate {
  const date = Temporal.PlainDate.from({ year, month, day });
  if (date.dayOfWeek === 6) return date.subtract({ days: 1 });
  return date.dayOfWeek === 7 ? date.add({ days: 1 }) : date;
}

/** The Gregorian computus (Meeus, Jones and Butcher). */
function easterSunday(year: number): Temporal.PlainDate {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const e = b % 4;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4);
  const k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const day = h + l - 7 * m + 114;
  return Temporal.PlainDate.from({ year, month: Math.floor(day / 31), day: (day % 31) + 1 });
}

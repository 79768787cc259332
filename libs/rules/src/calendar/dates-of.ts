import { WEEKDAYS } from './calendar-shape.js';
import type { DateRule } from './calendar-shape.js';

/** The date that a rule means in a year; undefined if it means none. */
export function dateOf(rule: DateRule, year: number): Temporal.PlainDate | undefined {
  if ('date' in rule) {
    const date = Temporal.PlainDate.from(rule.date);
    return date.year === year ? date : undefined;
  }
  if (year < (rule.since ?? year) || year > (rule.until ?? year)) return undefined;
  if ('easter' in rule) return easter(year).add({ days: rule.easter });
  if ('nth' in rule) return nthWeekday(rule, year)?.add({ days: rule.plus });
  const [month, day] = rule.fixed.split('-').map(Number) as [number, number];
  if (
    month === 2 &&
    day === 29 &&
    !Temporal.PlainDate.from({ year, month: 1, day: 1 }).inLeapYear
  ) {
    return undefined;
  }
  const date = Temporal.PlainDate.from({ year, month, day });
  if (rule.weekdays && !rule.weekdays.includes(WEEKDAYS[date.dayOfWeek - 1]!)) return undefined;
  if (date.dayOfWeek === 7 && rule.observed !== undefined) return date.add({ days: 1 });
  if (date.dayOfWeek === 6 && rule.observed === 'nearest') return date.subtract({ days: 1 });
  return date;
}

function nthWeekday(
  { nth, weekday, month }: Extract<DateRule, { nth: number }>,
  year: number,
): Temporal.PlainDate | undefined {
  const first = Temporal.PlainDate.from({ year, month, day: 1 });
  const wanted = WEEKDAYS.indexOf(weekday) + 1;
  const days = first.daysInMonth;
  const firstDay = 1 + ((wanted - first.dayOfWeek + 7) % 7);
  const count = Math.floor((days - firstDay) / 7) + 1;
  const index = nth > 0 ? nth - 1 : count + nth;
  return index >= 0 && index < count ? first.with({ day: firstDay + 7 * index }) : undefined;
}

/** Easter Sunday of the Gregorian calendar, by the anonymous algorithm (Meeus, Jones, Butcher). */
function easter(year: number): Temporal.PlainDate {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const e = b % 4;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const k = c % 4;
  const l = (32 + 2 * e + 2 * Math.floor(c / 4) - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return Temporal.PlainDate.from({ year, month: Math.floor(n / 31), day: (n % 31) + 1 });
}

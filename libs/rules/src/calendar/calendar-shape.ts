/**
 * `configs/calendars/*.yaml`: when markets are open, as rules of dates rather than lists of them; docs/calendars.md
 * has an example for each part.
 */
import { z } from 'zod';
import { oneOf, strictObject } from '../rule-set/strict-object.js';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const weekdays = z.array(oneOf(WEEKDAYS, 'weekday')).min(1);
const year = z.int().min(1970).max(2200);
const bounds = { since: year.optional(), until: year.optional() };

const isoDate = z.string().refine(
  (text) => {
    try {
      return Temporal.PlainDate.from(text).toString() === text;
    } catch {
      return false;
    }
  },
  { error: ({ input }) => `${JSON.stringify(input)} is no date such as 2025-01-09` },
);

const monthDay = z.string().refine(
  (text) => {
    try {
      return /^\d{2}-\d{2}$/.test(text) && Temporal.PlainMonthDay.from(text) !== undefined;
    } catch {
      return false;
    }
  },
  { error: ({ input }) => `${JSON.stringify(input)} is no month and day such as 07-04` },
);

/** Which dates are meant, of each year or of one. */
export const dateRule = z.union(
  [
    strictObject({ date: isoDate }),
    strictObject({
      fixed: monthDay,
      /** On a weekend it is kept on the nearest weekday; `after` moves a Sunday only. */
      observed: oneOf(['nearest', 'after'], 'observance').optional(),
      /** Only if it falls on one of these. */
      weekdays: weekdays.optional(),
      ...bounds,
    }),
    strictObject({
      /** The first is 1, the last -1. */
      nth: z
        .int()
        .min(-5)
        .max(5)
        .refine((nth) => nth !== 0, 'the first is 1, the last -1'),
      weekday: oneOf(WEEKDAYS, 'weekday'),
      month: z.int().min(1).max(12),
      /** Days later. */
      plus: z.int().min(-31).max(31).default(0),
      ...bounds,
    }),
    strictObject({
      /** Days after Easter Sunday of the western churches. */
      easter: z.int().min(-100).max(100),
      ...bounds,
    }),
  ],
  { error: 'a day is one of {date}, {fixed}, {nth, weekday, month} and {easter}' },
);
export type DateRule = z.output<typeof dateRule>;

const CLOCK = /^(-1 )?([01]\d|2[0-3]):([0-5]\d)$/;

/** Wall clock of the trading day, or with `-1 ` of the day before. */
const clock = z.string().regex(CLOCK, {
  error: ({ input }) =>
    `${JSON.stringify(input)} is no time such as '09:30', or '-1 17:00' for the day before`,
});

/** Minutes after midnight of the trading day; NaN for what is no time. */
export function minutesOf(text: string): number {
  const match = CLOCK.exec(text);
  if (!match) return Number.NaN;
  const [, before, hour, minute] = match;
  return Number(hour) * 60 + Number(minute) - (before ? 1440 : 0);
}

const session = strictObject({
  kind: oneOf(['rth', 'eth'], 'kind of session'),
  from: clock,
  to: clock,
}).refine(({ from, to }) => !(minutesOf(from) >= minutesOf(to)), {
  error: 'a session ends after it begins',
});

/** Sessions in order that do not overlap. */
const sessions = z.array(session).superRefine((list, context) => {
  list.slice(1).forEach(({ from }, index) => {
    if (!(minutesOf(list[index]!.to) > minutesOf(from))) return;
    const message = 'it begins before the session above ends';
    context.addIssue({ code: 'custom', path: [index + 1, 'from'], message });
  });
});

export const calendarShape = strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/, 'a name has lower-case letters, digits and -'),
  datasets: z
    .array(z.string().regex(/^[A-Z0-9]+\.[A-Z0-9]+$/, 'a dataset looks like GLBX.MDP3'))
    .min(1),
  zone: z.string().refine(
    (text) => {
      try {
        return Temporal.Now.zonedDateTimeISO(text).timeZoneId !== '';
      } catch {
        return false;
      }
    },
    { error: ({ input }) => `${JSON.stringify(input)} is no time zone such as America/Chicago` },
  ),
  /** Trading days of an ordinary week. */
  days: weekdays,
  sessions: sessions.min(1),
  /** Days with other sessions, or none; the first that a day is one of holds. */
  special_days: z
    .array(strictObject({ name: z.string().min(1), on: z.array(dateRule).min(1), sessions }))
    .default([]),
  /** Whether a silence counts in all sessions, or in regular hours only, where trading is thin in others. */
  silences: oneOf(['all', 'rth'], 'kind of silence').default('all'),
});
export type CalendarFile = z.output<typeof calendarShape>;

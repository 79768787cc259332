import { z } from 'zod';
import { Problem } from './problem.js';
import { once } from './query-parameters.js';

/** The last day of which every nanosecond fits in 63 bits. */
const LAST_DAY = '2262-04-10';

/** A UTC day, `YYYY-MM-DD`. */
export const dateParameter = z
  .preprocess(once, z.iso.date('is a date, such as 2024-07-01'))
  .refine((date) => date >= '1970-01-01' && date <= LAST_DAY, `is from 1970-01-01 to ${LAST_DAY}`);

/** Refuses days of which the second is not after the first, named as parameters. @throws Problem */
export function requireDates(dates: Readonly<Record<string, string>>): void {
  const [[first, from], [second, to]] = Object.entries(dates) as [
    [string, string],
    [string, string],
  ];
  if (to > from) return;
  throw new Problem(
    'impossible-request',
    `${second} ${to} is not after ${first} ${from}`,
    `Days are of UTC; ${second} is exclusive. Leave it out to get one day.`,
  );
}

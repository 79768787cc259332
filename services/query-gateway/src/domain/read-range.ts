import { requestRange } from '@tapeline/contracts';
import { Problem } from './problem.js';

/** Nanoseconds, `[start, end)`; without `end` one unit of start's resolution. @throws Problem */
export function readRange(given: { start: string; end?: string | undefined }): {
  start: bigint;
  end: bigint;
} {
  const remedy = 'Times are UTC dates, ISO 8601 times or nanoseconds since 1970; end is exclusive.';
  let range;
  try {
    range = requestRange(given);
  } catch (error) {
    throw new Problem('invalid-parameters', (error as Error).message, remedy);
  }
  if (range.end > range.start) return range;
  throw new Problem(
    'impossible-request',
    `end ${given.end} is not after start ${given.start}`,
    `${remedy} Leave it out to get one unit of start: a date lasts a day.`,
  );
}

import { COVERAGE_STATES } from '@tapeline/storage';
import { z } from 'zod';

const count = z.int().nonnegative();
const day = z.iso.date();
const time = z.string().describe('ISO 8601 with nanoseconds');

const coverageRange = z.object({
  start: day,
  end: day.describe('exclusive'),
  state: z.enum(COVERAGE_STATES),
  degraded: z.boolean(),
  stale: z.boolean().describe('Databento changed it after it was bought'),
  last_modified_date: day.nullable(),
  instrument_id: count.nullable(),
  raw_symbol: z.string().nullable(),
  quarantined: count,
  held: z.array(z.object({ start: time, end: time })).describe('of days that are not held whole'),
});

/** What is held, being fetched and missing. */
export const coverageAnswerSchema = z.object({
  rows: z.array(
    z.object({
      dataset: z.string(),
      schema: z.string(),
      symbol: z.string(),
      start: day,
      end: day.describe('exclusive'),
      days: z.partialRecord(z.enum(COVERAGE_STATES), count).describe('days in each state'),
      stale_days: count,
      ranges: z.array(coverageRange),
    }),
  ),
  nothing_held: z.array(z.string()).describe('requested symbols that no row is about'),
  left_off: count.describe('rows or instruments beyond the limit'),
});

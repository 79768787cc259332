/** The documented answers, checked on arrival; times become ns since epoch. */
import { z } from 'zod';
import { parseTimestamp } from '@tapeline/records';

/** YYYY-MM-DD */
const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

/** A time in any of the forms the API has used. */
export const time = z.string().transform((text, context) => {
  try {
    return parseTimestamp(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

export const names = z.array(z.string());

export const publishers = z.array(
  z
    .object({
      publisher_id: z.int().nonnegative(),
      dataset: z.string(),
      venue: z.string(),
      description: z.string(),
    })
    .transform(({ publisher_id: publisherId, ...rest }) => ({ publisherId, ...rest })),
);
export type Publisher = z.output<typeof publishers>[number];

export const fields = z.array(z.object({ name: z.string(), type: z.string() }));
/** A field of a record, its type in the words of C. */
export type Field = z.output<typeof fields>[number];

export const unitPrices = z.array(
  z
    .object({ mode: z.string(), unit_prices: z.record(z.string(), z.number().nonnegative()) })
    .transform(({ mode, unit_prices: prices }) => ({ mode, prices })),
);
/** US dollars for 2^30 bytes of uncompressed DBN, by schema, for one mode of delivery. */
export type UnitPrices = z.output<typeof unitPrices>[number];

const range = z.object({ start: time, end: time });
/** `[start, end)` in ns since epoch. */
export type SchemaRange = z.output<typeof range>;

export const datasetRange = range
  .extend({ schema: z.record(z.string(), range).default({}) })
  .transform(({ schema, ...whole }) => ({ ...whole, schemas: schema }));
/** What the account may ask for, as a whole and by schema. */
export type DatasetRange = z.output<typeof datasetRange>;

export type Condition = 'available' | 'degraded' | 'pending' | 'missing' | (string & {});

export const conditions = z.array(
  z
    .object({
      date,
      // Words that are new pass through.
      condition: z.string().transform((word): Condition => word),
      last_modified_date: date.nullish(),
    })
    .transform(({ last_modified_date: modified, ...rest }) => ({
      ...rest,
      lastModifiedDate: modified ?? null,
    })),
);
/** Quality of the data of one UTC date. Dates without a session are not listed. */
export type DatasetCondition = z.output<typeof conditions>[number];

const interval = z.object({ d0: date, d1: date, s: z.string() });
/** On the UTC dates `[d0, d1)` the symbol stood for `s`. */
export type ResolvedInterval = z.output<typeof interval>;

export const resolution = z
  .object({
    result: z.record(z.string(), z.array(interval)),
    symbols: names,
    partial: names,
    not_found: names,
  })
  .transform(({ not_found: notFound, ...rest }) => ({ ...rest, notFound }));
/**
 * What symbols stood for, and when. For parents the keys of `result` and the entries of `partial` are
 * the raw symbols they expand to.
 */
export type Resolution = z.output<typeof resolution>;

/** Counts and sizes are bare integers. */
export const wholeNumber = z.int().nonnegative();
/** US dollars. */
export const dollars = z.number().nonnegative();

import { z } from 'zod';

/** The answers of metadata.* and symbology.resolve, as Databento has them. */
const range = { start: z.string(), end: z.string().describe('Exclusive') };

export const versionAnswer = z.object({ 'api-version': z.literal('v0') });
export const namesAnswer = z.array(z.string());
export const publishersAnswer = z.array(
  z.object({
    publisher_id: z.int(),
    dataset: z.string(),
    venue: z.string(),
    description: z.string(),
  }),
);
export const fieldsAnswer = z.array(z.object({ name: z.string(), type: z.string() }));
export const pricesAnswer = z.array(
  z.object({ mode: z.string(), unit_prices: z.record(z.string(), z.number()) }),
);
export const conditionAnswer = z.array(
  z.object({
    date: z.iso.date(),
    condition: z.enum(['available', 'degraded', 'pending', 'missing']),
    last_modified_date: z.iso.date().nullable(),
  }),
);
export const rangeAnswer = z.object({
  ...range,
  schema: z.record(z.string(), z.object(range)),
});
export const countAnswer = z.int().nonnegative();
export const costAnswer = z.number().describe('US dollars: 0, since what is held is paid for');

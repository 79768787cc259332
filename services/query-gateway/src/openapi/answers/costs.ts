import { z } from 'zod';

const count = z.int().nonnegative();
const month = z.string().describe('YYYY-MM, UTC');

/** The ledger of spending. */
export const costsAnswer = z.object({
  month,
  spent_usd: z.number().describe('of this month'),
  committed_usd: z.number().describe('of jobs that are being fetched'),
  costs: z.array(
    z.object({
      month,
      dataset: z.string(),
      schema: z.string(),
      responses: count,
      cut: count.describe('responses that ended early'),
      records: count,
      repeated: count.describe('records that came a second time, after a cut'),
      bytes: count.describe('of records, uncompressed: what is billed'),
      usd: z.number(),
    }),
  ),
});

import { z } from 'zod';

/** What a statement gave. */
export const sqlAnswer = z.object({
  columns: z.array(
    z.object({ name: z.string(), type: z.string().describe('as PostgreSQL names it') }),
  ),
  rows: z
    .array(z.array(z.unknown()))
    .describe('64-bit integers, numerics and times as text, which is exact'),
  count: z.int().nonnegative(),
  complete: z.boolean().describe('false if there are more rows than the limit'),
});

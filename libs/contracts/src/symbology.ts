/** Pages of symbology intervals: which instrument a symbol meant on which days. */
import { z } from 'zod';
import { STYPES_IN } from './commands.js';

const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

/** Most intervals of one page, well below the payload limit. */
export const SYMBOLOGY_PAGE = 4_000;

export const symbologyPageSchema = z.object({
  job_id: z.string(),
  chunk_id: z.string(),
  page: z.int().nonnegative(),
  dataset: z.string(),
  intervals: z
    .array(
      z.object({
        stype_in: z.enum(STYPES_IN),
        symbol: z.string(),
        instrument_id: z.int().nonnegative(),
        /** UTC dates, `[d0, d1)`. */
        d0: date,
        d1: date,
      }),
    )
    .max(SYMBOLOGY_PAGE),
});

export type SymbologyPage = z.infer<typeof symbologyPageSchema>;
export type SymbologyInterval = SymbologyPage['intervals'][number];

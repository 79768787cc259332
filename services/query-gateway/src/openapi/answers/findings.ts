import { z } from 'zod';

/** What checks of whole chunks found. */
export const findingsAnswer = z.object({
  findings: z.array(
    z.object({
      dataset: z.string(),
      schema: z.string(),
      chunk_id: z.string(),
      check: z.string(),
      severity: z.enum(['error', 'warn', 'info']),
      instrument_id: z.int().nullable().describe('null for the chunk as a whole'),
      start_ns: z.string(),
      end_ns: z.string().describe('inclusive'),
      start: z.string(),
      end: z.string(),
      message: z.string(),
      details: z.record(z.string(), z.unknown()).describe('exact values'),
      rules_version: z.string(),
      found_at: z.iso.datetime(),
    }),
  ),
});

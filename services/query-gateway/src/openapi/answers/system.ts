import { z } from 'zod';

/** What the database is. */
export const systemAnswer = z.object({
  database: z.object({
    kind: z.enum(['timescaledb', 'native']),
    edition: z.enum(['community', 'apache']).nullable(),
    version: z.string().nullable().describe('of TimescaleDB'),
    postgres: z.string(),
    missing: z.array(z.string()).describe('what it lacks, and what to do about it'),
  }),
});

export const aliveAnswer = z.object({ ok: z.literal(true) });

export const readyAnswer = z.object({
  ok: z.literal(true),
  checks: z.object({ database: z.string(), bus: z.string() }),
});

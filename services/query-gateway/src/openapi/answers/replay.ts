import { z } from 'zod';

const count = z.int().nonnegative();
const time = z.iso.datetime().describe('UTC');

const details = z.object({
  by_rule: z.record(z.string(), z.object({ refused: count })).optional(),
  chunks: z
    .array(
      z.object({
        chunk_id: z.string(),
        selected: count,
        stored: count,
        quarantined: count,
        filtered: count,
      }),
    )
    .optional(),
  changes: z
    .object({ stored_now: count, refused_now: count })
    .optional()
    .describe('records of whole chunks whose outcome is another than before'),
  examples: z
    .array(
      z.object({
        id: z.string().optional(),
        chunk_id: z.string(),
        ordinal: count,
        rule: z.string().optional(),
        reason: z.string(),
      }),
    )
    .optional(),
});

/** A replay and what has come of it so far. */
export const replayAnswer = z
  .object({
    replay_id: z.string(),
    command: z.record(z.string(), z.unknown()).describe('as it was sent'),
    dry_run: z.boolean(),
    state: z.enum(['running', 'completed', 'failed']),
    message: z.string().nullable(),
    selected: count.describe('records that are tried'),
    stored: count.describe('of a dry run: that would be'),
    quarantined: count,
    filtered: count,
    accepted_at: time,
    ended_at: time.nullable(),
    details,
  })
  .meta({ id: 'Replay' });

export const replaysAnswer = z.object({ replays: z.array(replayAnswer) });

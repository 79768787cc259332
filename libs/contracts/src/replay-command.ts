/** The replay of refused records or of whole chunks: what any NATS client may publish on `ingest.command.replay`. */
import { z } from 'zod';
import { checkCommand, datasetSchema, jobIdSchema, schemaNameSchema } from './commands.js';

const timestamp = z.iso.datetime({ offset: true, error: 'a time looks like 2024-07-01T13:30:00Z' });

/** PostgreSQL keeps no text with a NUL. */
const text = z.string().refine((value) => !value.includes('\0'), 'holds a NUL');

/** Which refused records are meant; what is left out is not limited. */
export const quarantineFilterSchema = z.strictObject({
  dataset: datasetSchema.optional(),
  schema: schemaNameSchema.optional(),
  rule: text.min(1).optional(),
  job_id: jobIdSchema.optional(),
  chunk_id: z
    .string()
    .regex(/^[0-9a-f]{20}$/, 'a chunk id has 20 hexadecimal digits')
    .optional(),
  instrument_id: z.int().nonnegative().optional(),
  /** The venue's symbol as of the record's day. */
  symbol: text.min(1).max(71).optional(),
  ids: z
    .array(z.string().regex(/^\d{1,18}$/, 'an id has 1 to 18 digits'))
    .min(1)
    .max(10_000)
    .optional(),
  /** Refused at or after, and before. */
  since: timestamp.optional(),
  until: timestamp.optional(),
});
export type QuarantineFilter = z.output<typeof quarantineFilterSchema>;

export const replayCommandSchema = z
  .strictObject({
    /** Letters, digits, - and _; the same id is the same replay. */
    replay_id: jobIdSchema.optional(),
    /** `quarantine`: refused records alone. `archive`: whole chunks, which replace what is stored of them. */
    source: z.enum(['quarantine', 'archive']),
    filter: quarantineFilterSchema.default({}),
    /** Shows what would come of it; nothing is changed. */
    dry_run: z.boolean().default(false),
  })
  .superRefine(({ source, filter }, context) => {
    const chunks = filter.job_id !== undefined || filter.chunk_id !== undefined;
    if (source === 'quarantine' || chunks) return;
    const message = 'whole chunks are replayed by job_id or chunk_id';
    context.addIssue({ code: 'custom', path: ['filter'], message });
  });
export type ReplayCommand = z.output<typeof replayCommandSchema>;

/** Checks a replay command as received. @throws InvalidCommandError */
export const parseReplayCommand = (input: unknown): ReplayCommand =>
  checkCommand(replayCommandSchema, input);

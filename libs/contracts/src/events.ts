/** Events of a job, appended to INGEST_EVENTS by every service: the truth about jobs. */
import { z } from 'zod';
import { STYPES_IN } from './commands.js';

const nanoseconds = z.string().regex(/^\d{1,20}$/);
const count = z.int().nonnegative();

/** A half-open time range of one instrument, in text since JSON has no 64-bit integers. */
export const heldRangeSchema = z.object({
  instrument_id: count,
  start: nanoseconds,
  end: nanoseconds,
  /** Records at exactly `end` that are held too, counted from the first in the source's order. */
  end_ties: count,
});
export type HeldRange = z.infer<typeof heldRangeSchema>;

/** One upstream request. Its JSON, in this order of keys, is what the chunk's id is a digest of. */
export const chunkRequestSchema = z.object({
  source: z.enum(['api', 'file']),
  dataset: z.string(),
  schema: z.string(),
  /** For a file its SHA-256, so that a renamed copy is the same chunk. */
  file_sha256: z.string().optional(),
  symbols: z.array(z.string()),
  stype_in: z.enum(STYPES_IN),
  start: nanoseconds,
  end: nanoseconds,
  limit: count.optional(),
  /**
   * Set if what it brings replaces what is held of its claims: the date of Databento's change, or the job that
   * asked for it. Another change is another chunk.
   */
  replaces: z.string().optional(),
  /** The chunk whose archived bytes it has, if it is a replay. */
  replays: z.string().optional(),
  /** Set if the same was requested before and has expired since: that chunk. Its batches were stored under its id. */
  after: z.string().optional(),
  /** Held already: records inside these ranges are dropped by the fetcher, not counted as fetched. */
  exclude: z.array(heldRangeSchema),
});
export type ChunkRequest = z.infer<typeof chunkRequestSchema>;

/** What something costs by Databento's own calculation. */
export const quoteSchema = z.object({
  usd: z.number().nonnegative(),
  records: count,
  /** Of uncompressed records: what is billed. */
  bytes: count,
});
export type Quote = z.infer<typeof quoteSchema>;

/** Why a job waits, ended without records, or failed. */
export const REASONS = [
  'dry_run',
  'over_job_limit',
  'over_monthly_budget',
  'too_many_refused',
  'refused',
  'cancelled',
  'out_of_range',
  'already_held',
  'no_session',
  'no_records',
  'symbol_not_resolved',
  'invalid_command',
  'upstream_refused',
  'unreadable_file',
  'undecided_range',
  'archive_failed',
  'dead_letter',
  'internal_error',
] as const;
export type Reason = (typeof REASONS)[number];

const date = z.iso.date();

const base = {
  job_id: z.string(),
  /** Wall-clock time of the event, ISO 8601. */
  at: z.string(),
  /** Service that appended it. */
  by: z.string(),
};

const totals = z.object({
  fetched: count,
  stored: count,
  quarantined: count,
  filtered: count,
});
export type Totals = z.infer<typeof totals>;

export const jobEventSchema = z.discriminatedUnion('event', [
  z.object({ ...base, event: z.literal('accepted'), command: z.record(z.string(), z.unknown()) }),
  z.object({
    ...base,
    event: z.literal('rejected'),
    reason: z.enum(REASONS),
    message: z.string(),
    command: z.unknown(),
  }),
  z.object({
    ...base,
    event: z.literal('planned'),
    dataset: z.string(),
    schema: z.string(),
    /** Chunks to fetch for this job, and chunks of other jobs that it waits for. */
    chunks: z.array(
      z.object({
        chunk_id: z.string(),
        start: nanoseconds,
        end: nanoseconds,
        expected: count.nullable(),
        shared: z.boolean(),
      }),
    ),
    /** Requested symbols that resolved on no day, or on some days only. */
    not_found: z.array(z.string()),
    partial: z.array(z.string()),
    /** Set if there is nothing to fetch. */
    reason: z.enum(REASONS).nullable(),
    message: z.string().nullable(),
  }),
  z.object({
    ...base,
    event: z.literal('quoted'),
    quote: quoteSchema,
    /** What would be requested, in order of time. */
    requests: z.array(
      z.object({
        symbols: z.array(z.string()),
        stype_in: z.enum(STYPES_IN),
        start: nanoseconds,
        end: nanoseconds,
        chunks: count,
        quote: quoteSchema,
      }),
    ),
    /** Chunks that the archive has: they cost nothing. */
    archived: count,
    /** Whether any part of the job is held already. */
    some_held: z.boolean(),
  }),
  z.object({
    ...base,
    event: z.literal('awaiting_approval'),
    reason: z.enum(REASONS),
    message: z.string(),
    /** The chunk of which more is refused than its rules allow, if that is the reason. */
    chunk_id: z.string().optional(),
  }),
  /** What the job's symbols meant, and what the source says of the days: told before it is saved, in parts. */
  z.object({
    ...base,
    event: z.literal('resolved'),
    part: count,
    dataset: z.string(),
    /** Kind of symbol, symbol, instrument, first day, the day after the last one. */
    symbology: z.array(z.tuple([z.enum(STYPES_IN), z.string(), count, date, date])),
    /** Day, condition, and when its data last changed. */
    days: z.array(z.tuple([date, z.string(), date.nullable()])),
  }),
  /**
   * A chunk that is the job's to fetch, as its plan was saved; told before any of it is fetched, and again when the
   * job goes on. A chunk of many claims is told in parts.
   */
  z.object({
    ...base,
    event: z.literal('chunk_planned'),
    chunk_id: z.string(),
    part: count,
    /** Of the ranges to exclude those of the part. */
    request: chunkRequestSchema,
    expected: count.nullable(),
    /** By the database's clock. */
    planned_at: z.string(),
    /** Instruments by the range that is claimed of them; -1 stands for all of the dataset. */
    claims: z.array(
      z.object({
        start: nanoseconds,
        end: nanoseconds,
        end_ties: count,
        instruments: z.array(z.int().min(-1)),
      }),
    ),
  }),
  /** The job may cost what it was quoted. */
  z.object({ ...base, event: z.literal('approved'), usd: z.number().nonnegative() }),
  z.object({ ...base, event: z.literal('refused'), message: z.string() }),
  /** A person wants the job to end: whoever runs it stops after the chunk in hand. */
  z.object({ ...base, event: z.literal('cancel_requested'), message: z.string() }),
  z.object({
    ...base,
    event: z.literal('cancelled'),
    message: z.string(),
    /** Chunks that it leaves to whoever needs them. */
    chunks: z.array(z.string()),
  }),
  /** One response of the source, whole or cut: what was paid for. */
  z.object({
    ...base,
    event: z.literal('received'),
    chunk_id: z.string(),
    /** Number of the response among those of the chunk, from 0. */
    part: count,
    dataset: z.string(),
    schema: z.string(),
    records: count,
    bytes: count,
    /** Of the records, those that an earlier response had brought already. */
    repeated: count,
    is_cut: z.boolean(),
    /** The quoted price of so many bytes. */
    usd: z.number().nonnegative(),
  }),
  z.object({
    ...base,
    event: z.literal('chunk_fetched'),
    chunk_id: z.string(),
    /** Records published, which is what the sums must come to. */
    fetched: count,
    batches: count,
    /** Records dropped because they were held already. */
    skipped: count,
    /** Bytes of DBN after decompression: what Databento bills. */
    bytes: count,
    /** Set if the source stopped before the range's end, at its limit: held up to `at`. */
    truncated: z.object({ at: nanoseconds, ties: z.record(z.string(), count) }).nullable(),
  }),
  z.object({
    ...base,
    event: z.literal('chunk_complete'),
    chunk_id: z.string(),
    totals,
    /** By the database's clock, in the transaction that completed it. */
    completed_at: z.string().optional(),
    /** Rows that it took the place of; null if its request does not say that it replaces. */
    replaced: count.nullable().optional(),
  }),
  /** The chunk's records were deleted, since they had been stored longer ago than they are to be kept. */
  z.object({
    ...base,
    event: z.literal('chunk_expired'),
    chunk_id: z.string(),
    rows: count,
  }),
  z.object({
    ...base,
    event: z.literal('completed'),
    totals,
    reason: z.enum(REASONS).nullable(),
    message: z.string().nullable(),
  }),
  z.object({
    ...base,
    event: z.literal('failed'),
    reason: z.enum(REASONS),
    message: z.string(),
    /** The batch that became a dead letter, if that is the cause. */
    batch_id: z.string().nullable(),
  }),
]);

export type JobEvent = z.infer<typeof jobEventSchema>;
export type JobEventOf<Name extends JobEvent['event']> = Extract<JobEvent, { event: Name }>;

/** What happens once in a job's or chunk's life, though several writers may find it at the same time. */
const ONCE: ReadonlySet<JobEvent['event']> = new Set([
  'chunk_complete',
  'chunk_expired',
  'completed',
]);

/**
 * The message id of an event: its repeated append is dropped. What a job that is sent again tells anew is
 * another message; the projection takes it for the same fact.
 */
export function eventMessageId(event: JobEvent): string {
  const part = 'part' in event ? `.${event.part}` : '';
  const chunk = 'chunk_id' in event && event.chunk_id !== undefined ? `.${event.chunk_id}` : '';
  const time = ONCE.has(event.event) ? '' : `:${event.at}`;
  return `event:${event.job_id}.${event.event}${chunk}${part}${time}`;
}

/** States of a job in the projection. */
export const JOB_STATES = [
  'accepted',
  'awaiting_approval',
  'running',
  'cancelling',
  'completed',
  'failed',
  'rejected',
  'refused',
  'cancelled',
] as const;
export type JobState = (typeof JOB_STATES)[number];

/** The parameters of batch.*, and their checks. */
import { z } from 'zod';
import { ALL_SYMBOLS } from '@tapeline/contracts';
import { ApiError, flag, parseFields, parseRange, symbols, time } from '@tapeline/historical-api';
import type { Fields } from '@tapeline/historical-api';
import { parseTimestamp } from '@tapeline/records';
import { JOB_STATES } from '../domain/batch/batch-job.js';
import { SPLIT_DURATIONS } from '../domain/batch/batch-request.js';
import type { BatchRequest } from '../domain/batch/batch-request.js';

const submission = z.object({
  symbols,
  encoding: z
    .string()
    .default('dbn')
    .refine((name) => name === 'dbn', 'only DBN is written here: ask with encoding=dbn'),
  compression: z.enum(['zstd', 'none']).default('none'),
  pretty_px: flag.default(false),
  pretty_ts: flag.default(false),
  map_symbols: flag.default(false),
  split_symbols: flag.default(false),
  split_duration: z.enum(SPLIT_DURATIONS).default('day'),
  split_size: z.coerce.number().int().min(1e9).max(1e10).optional(),
  delivery: z.literal('download', "only 'download' is offered").default('download'),
});

/** @throws FieldsError, ApiError */
export function parseSubmission(fields: Fields): BatchRequest {
  const given = parseFields(submission, fields);
  const range = parseRange(fields);
  if (given.split_symbols && range.symbols.includes(ALL_SYMBOLS)) {
    throw new ApiError(
      422,
      'batch_split_symbols_all_symbols',
      'split_symbols cannot be used with ALL_SYMBOLS.',
    );
  }
  return {
    ...range,
    encoding: 'dbn',
    compression: given.compression,
    prettyPx: given.pretty_px,
    prettyTs: given.pretty_ts,
    mapSymbols: given.map_symbols,
    splitSymbols: given.split_symbols,
    splitDuration: given.split_duration,
    splitSize: given.split_size ?? null,
  };
}

/** A time before all jobs. */
const EVER = '0';

const states = z
  .string()
  .default('queued,processing,done')
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(JOB_STATES)));
const listing = z.object({ states, since: z.union([z.literal(EVER), time]).default(EVER) });

/** @throws FieldsError */
export function parseListing(fields: Fields) {
  const { states, since } = parseFields(listing, fields);
  return { states, since: since === EVER ? 0n : parseTimestamp(since) };
}

const ofJob = z.object({ job_id: z.string().min(1) });

/** @throws FieldsError */
export const parseJobId = (fields: Fields): string => parseFields(ofJob, fields).job_id;

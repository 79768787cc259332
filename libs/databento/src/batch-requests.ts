/** What callers ask of batch.*, and its form on the wire. */
import type { StypeName } from '@tapeline/dbn';
import { rangeForm, stypeOutFor } from './requests.js';
import type { Compression, Encoding, RangeRequest, Time } from './requests.js';

export type SplitDuration = 'day' | 'week' | 'month' | 'year' | 'none';

/** Records of a range as files. **Billed in full on submission**; downloads are free for 30 days. */
export interface BatchJobRequest extends RangeRequest {
  readonly symbols: readonly string[];
  /** By default `raw_symbol` for ids, else `instrument_id`. */
  readonly stypeOut?: StypeName;
  /** By default `dbn`. */
  readonly encoding?: Encoding;
  /** By default `zstd`. */
  readonly compression?: Compression;
  /** Decimal prices instead of integers of 1e-9; for csv and json, by default false. */
  readonly prettyPx?: boolean;
  /** ISO 8601 times instead of ns since epoch; for csv and json, by default false. */
  readonly prettyTs?: boolean;
  /** A symbol in each record; by default true for csv and json, false for dbn. */
  readonly mapSymbols?: boolean;
  /** Files of their own for each raw symbol; not together with ALL_SYMBOLS. */
  readonly splitSymbols?: boolean;
  /** By default `day`; weeks begin on Sunday (UTC). */
  readonly splitDuration?: SplitDuration;
  /** Bytes after which a new file begins, 1e9 to 1e10. */
  readonly splitSize?: number;
}

export type JobState = 'queued' | 'processing' | 'done' | 'expired' | (string & {});

/** All states, in the order a job goes through them. */
export const JOB_STATES = ['queued', 'processing', 'done', 'expired'] as const;

export interface ListJobsRequest {
  /** By default all but `expired`. */
  readonly states?: readonly JobState[];
  /** Only jobs received at this time or later. */
  readonly since?: Time;
}

/** What there was before a submission. Keep it until the job's id is known, to find the job after a crash. */
export interface SubmissionMark {
  /** Time from which on the job can have been received, ns since epoch. */
  readonly since: bigint;
  /** Jobs received since then that are not the one. */
  readonly knownIds: readonly string[];
}

/** A request with nothing left to defaults. */
export type CompleteBatchJobRequest = BatchJobRequest &
  Required<Omit<BatchJobRequest, 'end' | 'limit' | 'splitSize'>>;

/** Fills in what is left out, as the official clients do. */
export function completeBatchRequest(request: BatchJobRequest): CompleteBatchJobRequest {
  const encoding = request.encoding ?? 'dbn';
  return {
    ...request,
    stypeIn: request.stypeIn ?? 'raw_symbol',
    stypeOut: request.stypeOut ?? stypeOutFor(request.stypeIn),
    encoding,
    compression: request.compression ?? 'zstd',
    prettyPx: request.prettyPx ?? false,
    prettyTs: request.prettyTs ?? false,
    mapSymbols: request.mapSymbols ?? encoding !== 'dbn',
    splitSymbols: request.splitSymbols ?? false,
    splitDuration: request.splitDuration ?? 'day',
  };
}

/** The form of batch.submit_job. @throws RangeError if the request cannot be meant. */
export function batchForm(request: BatchJobRequest): URLSearchParams {
  const complete = completeBatchRequest(request);
  const form = rangeForm(complete);
  if (complete.splitSymbols && complete.symbols.includes('ALL_SYMBOLS')) {
    throw new RangeError('splitSymbols does not go with ALL_SYMBOLS: name the symbols');
  }
  form.set('stype_out', complete.stypeOut);
  form.set('encoding', complete.encoding);
  form.set('compression', complete.compression);
  form.set('pretty_px', String(complete.prettyPx));
  form.set('pretty_ts', String(complete.prettyTs));
  form.set('map_symbols', String(complete.mapSymbols));
  form.set('split_symbols', String(complete.splitSymbols));
  form.set('split_duration', complete.splitDuration);
  if (complete.splitSize !== undefined) form.set('split_size', splitSize(complete.splitSize));
  form.set('delivery', 'download');
  return form;
}

function splitSize(bytes: number): string {
  if (Number.isSafeInteger(bytes) && bytes >= 1e9 && bytes <= 1e10) return String(bytes);
  throw new RangeError(`a splitSize of ${bytes} bytes is not allowed: give 1e9 to 1e10`);
}

/** The documented answers of batch.*, checked on arrival; what may be null is null where unknown. */
import { z } from 'zod';
import type { JobState, SplitDuration } from './batch-requests.js';
import { time } from './responses.js';

const text = z.string().nullish().default(null);
const number = z.number().nullish().default(null);
const whole = z.int().nonnegative().nullish().default(null);
const flag = z.boolean().nullish().default(null);
/** Nanoseconds since epoch. */
const moment = time.nullish().default(null);

const job = z
  .object({
    id: z.string(),
    user_id: text,
    cost_usd: number,
    dataset: z.string(),
    // A plain text if there is one.
    symbols: z.union([z.string().transform((symbols) => symbols.split(',')), z.array(z.string())]),
    stype_in: z.string(),
    stype_out: text,
    schema: z.string(),
    start: time,
    end: moment,
    limit: whole,
    encoding: z.string(),
    compression: text.transform((name) => name ?? 'none'),
    pretty_px: flag,
    pretty_ts: flag,
    map_symbols: flag,
    split_symbols: flag,
    split_duration: text.transform((name): SplitDuration | (string & {}) => name ?? 'none'),
    split_size: whole,
    packaging: text,
    delivery: text,
    record_count: whole,
    billed_size: whole,
    actual_size: whole,
    package_size: whole,
    state: z.string().transform((word): JobState => word),
    ts_received: moment,
    ts_queued: moment,
    ts_process_start: moment,
    ts_process_done: moment,
    ts_expiration: moment,
    progress: number,
  })
  .transform((from) => ({
    id: from.id,
    userId: from.user_id,
    state: from.state,
    /** Percent; null before processing. */
    progress: from.progress,
    dataset: from.dataset,
    schema: from.schema,
    symbols: from.symbols,
    stypeIn: from.stype_in,
    stypeOut: from.stype_out,
    /** Inclusive, ns since epoch. */
    start: from.start,
    /** Exclusive, ns since epoch. */
    end: from.end,
    limit: from.limit,
    encoding: from.encoding,
    compression: from.compression,
    prettyPx: from.pretty_px,
    prettyTs: from.pretty_ts,
    mapSymbols: from.map_symbols,
    splitSymbols: from.split_symbols,
    splitDuration: from.split_duration,
    splitSize: from.split_size,
    packaging: from.packaging,
    delivery: from.delivery,
    /** US dollars; null or 0 until the job is processed. */
    costUsd: from.cost_usd,
    recordCount: from.record_count,
    /** Bytes of uncompressed records. */
    billedSize: from.billed_size,
    /** Bytes of the files. */
    actualSize: from.actual_size,
    packageSize: from.package_size,
    /** Times in ns since epoch. */
    tsReceived: from.ts_received,
    tsQueued: from.ts_queued,
    tsProcessStart: from.ts_process_start,
    tsProcessDone: from.ts_process_done,
    /** When its files are deleted: 30 days after it is done. */
    tsExpiration: from.ts_expiration,
  }));
/** A batch job. */
export type BatchJob = z.output<typeof job>;

const HASH = /^sha256:([0-9a-f]{64})$/i;

const file = z
  .object({
    // A name from outside that must stay within its folder.
    filename: z.string().regex(/^(?!\.{1,2}$)[^/\\\0]+$/, 'is not the name of a file'),
    size: z.int().nonnegative(),
    hash: text,
    urls: z
      .object({ https: text, ftp: text })
      .nullish()
      .transform((urls) => urls ?? { https: null, ftp: null }),
  })
  .transform(({ filename, size, hash, urls }) => ({
    filename,
    /** Bytes. */
    size,
    /** Hexadecimal, lower case; null if none was announced. */
    sha256: HASH.exec(hash ?? '')?.[1]?.toLowerCase() ?? null,
    /** On the host that Databento names, which downloads do not go by: only its path counts. */
    httpsUrl: urls.https,
    ftpUrl: urls.ftp,
  }));
/** A file of a batch job. */
export type BatchFile = z.output<typeof file>;

export { job };
export const jobs = z.array(job);
export const files = z.array(file);

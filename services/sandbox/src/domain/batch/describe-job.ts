import { DAY_NS, formatTimestamp } from '@tapeline/records';
import type { BatchJob } from './batch-job.js';

/** How long files of a job are kept. */
const KEPT_NS = 30n * DAY_NS;

/** A job in the API's own form: every key is there, null where nothing is known yet. */
export function describeJob(job: BatchJob) {
  const { request, result, state } = job;
  const [symbol] = request.symbols;
  const isReady = state === 'done' || state === 'expired';
  const ready = isReady ? result : null;
  const done = isReady ? job.processDone : null;
  return {
    id: job.id,
    user_id: job.userId,
    cost_usd: ready?.costUsd ?? null,
    dataset: request.dataset,
    symbols: request.symbols.length === 1 ? symbol : request.symbols,
    stype_in: request.stypeIn,
    stype_out: request.stypeOut,
    schema: request.schema,
    start: formatTimestamp(request.start),
    end: optional(request.end ?? null),
    limit: request.limit ?? null,
    encoding: request.encoding,
    compression: request.compression === 'none' ? null : request.compression,
    pretty_px: request.prettyPx,
    pretty_ts: request.prettyTs,
    map_symbols: request.mapSymbols,
    split_symbols: request.splitSymbols,
    split_duration: request.splitDuration === 'none' ? null : request.splitDuration,
    split_size: request.splitSize,
    packaging: null,
    delivery: 'download',
    record_count: ready?.recordCount ?? null,
    billed_size: ready?.billedSize ?? null,
    actual_size: ready?.actualSize ?? null,
    package_size: ready?.files.reduce((sum, { size }) => sum + size, 0) ?? null,
    state,
    ts_received: formatTimestamp(job.received),
    ts_queued: formatTimestamp(job.received),
    ts_process_start: optional(state === 'queued' ? null : job.processStart),
    ts_process_done: optional(done),
    ts_expiration: optional(done === null ? null : done + KEPT_NS),
    progress: state === 'queued' ? null : isReady ? 100 : job.progress,
  };
}

const optional = (time: bigint | null): string | null =>
  time === null ? null : formatTimestamp(time);

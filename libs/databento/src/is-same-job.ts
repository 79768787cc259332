import { impliedEnd, parseTimestamp } from '@tapeline/records';
import { completeBatchRequest } from './batch-requests.js';
import type { BatchJobRequest } from './batch-requests.js';
import type { BatchJob } from './batch-responses.js';

/**
 * Whether a job has the parameters of a request, however either of them is written: order of symbols,
 * forms of times, and defaults do not matter. What the job leaves null says nothing against it, save for
 * `limit` and `splitSize`, where null means none.
 */
export function isSameJob(request: BatchJobRequest, job: BatchJob): boolean {
  const wanted = completeBatchRequest(request);
  const end = endOf(request);
  return (
    wanted.dataset === job.dataset &&
    wanted.schema === job.schema &&
    wanted.stypeIn === job.stypeIn &&
    fits(wanted.stypeOut, job.stypeOut) &&
    toNanoseconds(wanted.start) === job.start &&
    (end === undefined || fits(end, job.end)) &&
    (wanted.limit ?? null) === job.limit &&
    sameSymbols(wanted.symbols, job.symbols) &&
    wanted.encoding === job.encoding &&
    wanted.compression === job.compression &&
    fits(wanted.prettyPx, job.prettyPx) &&
    fits(wanted.prettyTs, job.prettyTs) &&
    fits(wanted.mapSymbols, job.mapSymbols) &&
    fits(wanted.splitSymbols, job.splitSymbols) &&
    wanted.splitDuration === job.splitDuration &&
    (wanted.splitSize ?? null) === job.splitSize
  );
}

const fits = <Value>(wanted: Value, found: Value | null): boolean =>
  found === null || found === wanted;

const toNanoseconds = (time: bigint | string): bigint =>
  typeof time === 'bigint' ? time : parseTimestamp(time);

/** Undefined where the server alone knows what a missing end means. */
function endOf({ start, end }: BatchJobRequest): bigint | undefined {
  if (end !== undefined) return toNanoseconds(end);
  return typeof start === 'string' ? impliedEnd(start) : undefined;
}

function sameSymbols(wanted: readonly string[], found: readonly string[]): boolean {
  const others = new Set(found);
  const own = new Set(wanted);
  return own.size === others.size && own.isSubsetOf(others);
}

/**
 * Chunks of a large job as files of batch jobs: submitted once, however often the fetcher dies, downloaded in
 * parallel, checked by their hashes, and then taken like any other chunk's bytes.
 */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ChunkRequest, JobEventOf } from '@tapeline/contracts';
import type { BatchJobRequest, HistoricalClient } from '@tapeline/databento';
import { forgetSubmission, readSubmission, saveSubmission } from '@tapeline/storage';
import type { Storage } from '@tapeline/storage';
import { dateOfFile, spanOf, spanStart } from './batch-windows.js';

export interface BatchContext {
  readonly storage: Storage;
  readonly client: HistoricalClient;
  /** Where files go until their chunks are in the archive. */
  readonly folder: string;
}

interface RequestedChunk {
  readonly chunkId: string;
  readonly request: ChunkRequest;
}

/** What was quoted, and so what is bought: the same however often the fetcher dies. */
type QuotedRequest = JobEventOf<'quoted'>['requests'][number];

/** The state of a batch job is asked for so often. */
const POLL_MS = 2_000;

/**
 * Paths of the files that hold the records of `open` chunks, null for a chunk without records; those that no
 * quoted request covers are left out.
 * @param chunks all of the plan, of which some may be fetched already.
 */
export async function downloadBatch(
  context: BatchContext,
  requests: readonly QuotedRequest[],
  chunks: readonly RequestedChunk[],
  open: readonly RequestedChunk[],
): Promise<Map<string, string | null>> {
  const paths = new Map<string, string | null>();
  for (const quoted of requests) {
    const covered = chunks.filter(({ request }) => covers(quoted, request));
    const missing = open.filter(({ request }) => covers(quoted, request));
    if (missing.length === 0) continue;
    const span = spanOf(covered.map(({ request }) => request));
    const dates = new Map(
      missing.map(({ chunkId, request }) => [chunkId, spanStart(BigInt(request.start), span)]),
    );
    const files = await downloadFiles(
      context,
      purchaseOf(quoted, covered),
      new Set(dates.values()),
    );
    for (const [chunkId, date] of dates) paths.set(chunkId, files.get(date) ?? null);
  }
  return paths;
}

/** Removes the files of a job whose chunks are all in the archive. */
export async function removeBatch(
  { storage, folder }: Pick<BatchContext, 'storage' | 'folder'>,
  requests: readonly QuotedRequest[],
  chunks: readonly RequestedChunk[],
): Promise<void> {
  for (const quoted of requests) {
    const covered = chunks.filter(({ request }) => covers(quoted, request));
    if (covered.length === 0) continue;
    const submission = await readSubmission(storage, purchaseOf(quoted, covered).key);
    if (!submission?.batchJobId) continue;
    await rm(join(folder, submission.batchJobId), { recursive: true, force: true });
  }
}

/** A batch job to be bought. */
interface Purchase {
  readonly request: BatchJobRequest;
  /**
   * Of what is asked for: another job that wants the same takes the files that were bought for this one. What
   * replaces held records is another purchase with each occasion.
   */
  readonly key: string;
}

function purchaseOf(quoted: QuotedRequest, chunks: readonly RequestedChunk[]): Purchase {
  const { dataset, schema } = chunks[0]!.request;
  const request: BatchJobRequest = {
    dataset,
    schema,
    symbols: quoted.symbols,
    stypeIn: quoted.stype_in,
    start: quoted.start,
    end: quoted.end,
    splitDuration: spanOf(chunks.map((chunk) => chunk.request)),
  };
  const occasions = [...new Set(chunks.flatMap((chunk) => chunk.request.replaces ?? []))];
  const asked = occasions.length > 0 ? [request, occasions] : request;
  const key = createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 20);
  return { request, key };
}

const covers = (quoted: QuotedRequest, request: ChunkRequest): boolean =>
  quoted.stype_in === request.stype_in &&
  isDeepStrictEqual(quoted.symbols, request.symbols) &&
  BigInt(quoted.start) <= BigInt(request.start) &&
  BigInt(request.end) <= BigInt(quoted.end);

/** The files of one batch job that are wanted, by the first day of their span. */
async function downloadFiles(
  { storage, client, folder }: BatchContext,
  { key, request }: Purchase,
  wanted: ReadonlySet<string>,
): Promise<Map<string, string>> {
  let batchJobId = await submitOnce({ storage, client }, key, request);
  for (;;) {
    const { state } = await client.batch.getJobDetails(batchJobId);
    if (state === 'done') break;
    if (state === 'expired') {
      await forgetSubmission(storage, key);
      batchJobId = await submitOnce({ storage, client }, key, request);
    }
    await delay(POLL_MS);
  }
  const files = await client.batch.downloadJob({
    jobId: batchJobId,
    folder,
    filter: ({ filename }) => wanted.has(dateOfFile(filename) ?? ''),
  });
  return new Map(files.map(({ path }) => [dateOfFile(path)!, path]));
}

async function submitOnce(
  { storage, client }: Pick<BatchContext, 'storage' | 'client'>,
  key: string,
  request: BatchJobRequest,
): Promise<string> {
  const known = await readSubmission(storage, key);
  if (known?.batchJobId) return known.batchJobId;
  const { id } = await client.batch.submitJobOnce(request, {
    ...(known && { mark: { ...known.mark, since: BigInt(known.mark.since) } }),
    onMark: ({ since, knownIds }) =>
      saveSubmission(storage, key, { mark: { since: String(since), knownIds }, batchJobId: null }),
  });
  const mark = known?.mark ?? { since: '0', knownIds: [] };
  await saveSubmission(storage, key, { mark, batchJobId: id });
  return id;
}

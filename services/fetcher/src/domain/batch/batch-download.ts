/**
 * Chunks of a large job as files of batch jobs: submitted once, however often the fetcher dies, downloaded in
 * parallel, checked by their hashes, and then taken like any other chunk's bytes.
 */
import { createHash } from 'node:crypto';
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
    const isCovered = ({ request }: RequestedChunk): boolean => covers(quoted, request);
    const span = spanOf(chunks.filter(isCovered).map(({ request }) => request));
    const dates = new Map(
      open
        .filter(isCovered)
        .map(({ chunkId, request }) => [chunkId, spanStart(BigInt(request.start), span)]),
    );
    const first = open.find(isCovered);
    if (!first) continue;
    const { dataset, schema } = first.request;
    const batch: BatchJobRequest = {
      dataset,
      schema,
      symbols: quoted.symbols,
      stypeIn: quoted.stype_in,
      start: quoted.start,
      end: quoted.end,
      splitDuration: span,
    };
    const files = await downloadFiles(context, batch, new Set(dates.values()));
    for (const [chunkId, date] of dates) paths.set(chunkId, files.get(date) ?? null);
  }
  return paths;
}

const covers = (quoted: QuotedRequest, request: ChunkRequest): boolean =>
  quoted.stype_in === request.stype_in &&
  isDeepStrictEqual(quoted.symbols, request.symbols) &&
  BigInt(quoted.start) <= BigInt(request.start) &&
  BigInt(request.end) <= BigInt(quoted.end);

/** The files of one batch job that are wanted, by the first day of their span. */
async function downloadFiles(
  { storage, client, folder }: BatchContext,
  batch: BatchJobRequest,
  wanted: ReadonlySet<string>,
): Promise<Map<string, string>> {
  // Of what is asked for: another job that wants the same takes the files that were bought for this one.
  const key = createHash('sha256').update(JSON.stringify(batch)).digest('hex').slice(0, 20);
  let batchJobId = await submitOnce({ storage, client }, key, batch);
  for (;;) {
    const { state } = await client.batch.getJobDetails(batchJobId);
    if (state === 'done') break;
    if (state === 'expired') {
      await forgetSubmission(storage, key);
      batchJobId = await submitOnce({ storage, client }, key, batch);
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

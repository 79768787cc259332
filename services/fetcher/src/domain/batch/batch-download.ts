/**
 * Chunks of a large job as files of batch jobs: submitted once, however often the fetcher dies, downloaded in
 * parallel, checked by their hashes, and then taken like any other chunk's bytes.
 */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChunkRequest } from '@tapeline/contracts';
import type { BatchJobRequest, HistoricalClient } from '@tapeline/databento';
import type { PartitionSpan } from '@tapeline/records';
import { forgetSubmission, readSubmission, saveSubmission } from '@tapeline/storage';
import type { Storage } from '@tapeline/storage';
import { groupChunks } from '../costs/quote-chunks.js';
import type { QuoteGroup } from '../costs/quote-chunks.js';
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

/** The state of a batch job is asked for so often. */
const POLL_MS = 2_000;

/** Paths of the files that hold the chunks' records, by chunk id; a chunk without records has none. */
export async function downloadBatch(
  context: BatchContext,
  chunks: readonly RequestedChunk[],
): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  for (const group of groupChunks(chunks)) {
    const span = spanOf(group.chunks.map(({ request }) => request));
    const files = await downloadGroup(context, group.request, span);
    for (const { chunkId, request } of group.chunks) {
      const path = files.get(spanStart(BigInt(request.start), span));
      if (path !== undefined) paths.set(chunkId, path);
    }
  }
  return paths;
}

/** The files of one batch job by the first day of their span. */
async function downloadGroup(
  { storage, client, folder }: BatchContext,
  request: QuoteGroup['request'],
  span: PartitionSpan,
): Promise<Map<string, string>> {
  const batch: BatchJobRequest = {
    ...request,
    symbols: request.symbols ?? [],
    splitDuration: span,
  };
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
    filter: ({ filename }) => dateOfFile(filename) !== undefined,
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

import { chunkId } from '@tapeline/contracts';
import type { ChunkRequest } from '@tapeline/contracts';
import type { PlanTransaction } from '@tapeline/storage';
import type { Purchasable } from './job-plan.js';
import type { ChunkPlan, PlannedChunk } from './plan-chunks.js';

/**
 * Gives chunks that were complete once and have expired since another id: the ledger knows the batches of the old
 * one as stored. What the archive has of it is not bought again.
 */
export async function renewExpired(
  transaction: Pick<PlanTransaction, 'readExpired'>,
  isArchived: (chunk: Purchasable) => Promise<boolean>,
  plan: ChunkPlan,
): Promise<ChunkPlan> {
  const chunks = [...plan.chunks];
  for (;;) {
    const expired = await transaction.readExpired(chunks.map((chunk) => chunk.chunkId));
    if (expired.size === 0) return { ...plan, chunks };
    for (const [index, chunk] of chunks.entries()) {
      if (!expired.has(chunk.chunkId)) continue;
      chunks[index] = renewed(chunk, await isArchived(chunk));
    }
  }
}

function renewed(chunk: PlannedChunk, isArchived: boolean): PlannedChunk {
  const { exclude, replays, ...request } = chunk.request;
  const again: ChunkRequest = {
    ...request,
    ...(isArchived && { replays: replays ?? chunk.chunkId }),
    after: chunk.chunkId,
    exclude,
  };
  return { ...chunk, chunkId: chunkId(again), request: again };
}

import { chunkId } from '@tapeline/contracts';
import type { ChunkRequest, ReplayCommand } from '@tapeline/contracts';
import { withPlanLock } from '../planning/plan-store.js';
import type { Storage } from '../storage.js';
import type { ReplayedChunk } from './begin-replay.js';

/**
 * Saves the chunks that will replace `chunks`, with the claims that these have now and the same bytes. Planned
 * once more they are the same chunks.
 */
export async function planChunkReplay(
  storage: Storage,
  replayId: string,
  command: ReplayCommand,
  chunks: readonly ReplayedChunk[],
): Promise<void> {
  for (const chunk of chunks) {
    const { dataset, schema } = chunk.request;
    const request = replayRequest(replayId, chunk);
    const own = { chunkId: chunkId(request), request, expected: chunk.fetched };
    await withPlanLock(storage, dataset, schema, async (transaction) => {
      const claims = await transaction.readClaims(chunk.chunkId);
      const job = { jobId: replayId, command, dataset, schema };
      await transaction.savePlan(job, [{ ...own, claims }], []);
    });
  }
}

/** The database does not keep the order of keys, on which the id depends. */
function replayRequest(
  replayId: string,
  { request: old, archivedAs }: ReplayedChunk,
): ChunkRequest {
  return {
    source: old.source,
    dataset: old.dataset,
    schema: old.schema,
    ...(old.file_sha256 !== undefined && { file_sha256: old.file_sha256 }),
    symbols: old.symbols,
    stype_in: old.stype_in,
    start: old.start,
    end: old.end,
    ...(old.limit !== undefined && { limit: old.limit }),
    replaces: `replay ${replayId}`,
    replays: archivedAs,
    exclude: old.exclude.map(({ instrument_id, start, end, end_ties }) => ({
      instrument_id,
      start,
      end,
      end_ties,
    })),
  };
}

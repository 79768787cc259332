import type { JobEventOf } from '@tapeline/contracts';
import type { PlanChunk } from '@tapeline/storage';

/** The chunks of a plan as its event tells them. */
export const plannedChunks = (chunks: readonly PlanChunk[]): JobEventOf<'planned'>['chunks'] =>
  chunks.map(({ chunkId, request, expected, shared }) => ({
    chunk_id: chunkId,
    start: request.start,
    end: request.end,
    expected,
    shared,
  }));

import type { ChunkRequest } from '@tapeline/contracts';
import type { RangeRequest } from '@tapeline/databento';

/** A chunk's request in the client's words. */
export const rangeRequest = (request: ChunkRequest): RangeRequest => ({
  dataset: request.dataset,
  schema: request.schema,
  symbols: request.symbols,
  stypeIn: request.stype_in,
  start: request.start,
  end: request.end,
  ...(request.limit !== undefined && { limit: request.limit }),
});

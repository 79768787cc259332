import type { SpendLimits } from './domain/costs/decide-spend.js';
import type { ChunkArchive } from './domain/receive/chunk-archive.js';

/** Where bytes are kept, and what may be spent without asking a person. */
export class FetchSettings {
  constructor(
    readonly archive: ChunkArchive,
    readonly limits: SpendLimits,
  ) {}
}

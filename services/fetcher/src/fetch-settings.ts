import type { PartitionSpan } from '@tapeline/records';
import type { SpendLimits } from './domain/costs/decide-spend.js';
import type { ChunkArchive } from './domain/receive/chunk-archive.js';

/** Where bytes are kept, and what may be spent without asking a person. */
export class FetchSettings {
  constructor(
    readonly archive: ChunkArchive,
    readonly limits: SpendLimits,
    readonly chunkSpans: ReadonlyMap<string, PartitionSpan>,
    /** Jobs of more bytes come as files of batch jobs, which are in the folder until they are archived. */
    readonly batch: { readonly aboveBytes: number; readonly folder: string },
  ) {}
}

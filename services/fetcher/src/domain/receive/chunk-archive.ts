import type { ChunkRequest } from '@tapeline/contracts';
import type { ChunkSpool, SpooledPart } from './chunk-spool.js';

/** What identifies a chunk and says where it belongs. */
export interface ArchiveKey {
  readonly chunkId: string;
  readonly request: ChunkRequest;
}

/** Of one response: records at its start that an earlier one has, and records that are its own. */
export interface PartCounts {
  readonly skip: number;
  readonly records: number;
}

/** A chunk whose bytes are all kept. */
export interface ArchivedChunk {
  readonly parts: readonly SpooledPart[];
  readonly records: number;
}

/** A spool that becomes part of the archive when the chunk is whole. */
export interface ArchiveSpool extends ChunkSpool {
  /** @param records of the whole chunk, each counted once. */
  complete(records: number, counts: readonly PartCounts[]): Promise<void>;
}

/** Databento's bytes as received, kept once for each chunk: nothing is bought twice. */
export interface ChunkArchive {
  has(key: ArchiveKey): Promise<boolean>;
  find(key: ArchiveKey): Promise<ArchivedChunk | undefined>;
  spool(key: ArchiveKey): Promise<ArchiveSpool>;
}

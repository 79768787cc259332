import type { ChunkRequest } from '@tapeline/contracts';
import type { ChunkSpool, SpooledPart } from './chunk-spool.js';

/** What identifies a chunk and says where it belongs. */
export interface ArchiveKey {
  readonly chunkId: string;
  readonly request: ChunkRequest;
}

/** Of one response: records at its start that an earlier one has, and records that are its own. */
export interface PartCounts {
  /** Its number among the responses of the chunk, from 0. */
  readonly part: number;
  readonly skip: number;
  readonly records: number;
}

/** A chunk whose bytes are all kept. */
interface ArchivedChunk {
  readonly parts: readonly Pick<SpooledPart, 'read'>[];
  readonly records: number;
}

/** A spool that becomes part of the archive when the chunk is whole. */
interface ArchiveSpool extends ChunkSpool {
  complete(counts: readonly PartCounts[]): Promise<unknown>;
}

/** Databento's bytes as received, kept once for each chunk: what of `@tapeline/archive` fetching needs. */
export interface ChunkArchive {
  has(key: ArchiveKey): Promise<boolean>;
  find(key: ArchiveKey): Promise<ArchivedChunk | undefined>;
  spool(key: ArchiveKey): Promise<ArchiveSpool>;
}

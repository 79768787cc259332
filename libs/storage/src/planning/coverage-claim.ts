/** A range of one instrument that a chunk holds, or will hold once it is complete. */
export interface CoverageClaim {
  readonly instrumentId: number;
  /** Nanoseconds of the index timestamp, `[start, end)`. */
  readonly start: bigint;
  readonly end: bigint;
  /** Records at exactly `end` that belong to the claim too, counted from the first in source order. */
  readonly endTies: number;
  readonly chunkId: string;
  readonly chunkState: 'planned' | 'fetched' | 'complete' | 'failed';
  /** Whether the chunk replaces what is held of the claim, once it is complete. */
  readonly isReplacement: boolean;
  /** UTC date on which the chunk's bytes came from the source; null before. */
  readonly bought: string | null;
  /** Whether the chunk may hold less than it claims: it has a limit, or is a file. Known once fetched. */
  readonly mayStopEarly: boolean;
}

/** Stands for every instrument of the dataset: the claim of an ALL_SYMBOLS chunk. */
export const EVERY_INSTRUMENT = -1;

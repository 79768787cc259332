/** A range of one instrument that a chunk holds, or will hold once it is complete. */
export interface CoverageClaim {
  readonly instrumentId: number;
  /** Nanoseconds of the index timestamp, `[start, end)`. */
  readonly start: bigint;
  readonly end: bigint;
  /** Records at exactly `end` that belong to the claim too, counted from the first in source order. */
  readonly endTies: number;
  readonly chunkId: string;
  /** held_back: more of it is refused than its rules allow, and a person has to look. */
  readonly chunkState: 'planned' | 'fetched' | 'held_back' | 'complete' | 'failed';
  /** Whether the chunk replaces what is held of the claim, once it is complete. */
  readonly isReplacement: boolean;
  /** UTC date on which the chunk's bytes came from the source; null before. */
  readonly bought: string | null;
  /** Whether the chunk may hold less than it claims: it has a limit, or is a file. Known once fetched. */
  readonly mayStopEarly: boolean;
}

/** Stands for every instrument of the dataset: the claim of an ALL_SYMBOLS chunk. */
export const EVERY_INSTRUMENT = -1;

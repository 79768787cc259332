import type { ChunkCheck, ChunkCheckName } from '@tapeline/rules';
import type { PoolClient } from 'pg';
import type { CheckedChunk } from './checked-chunk.js';

/** What a check of a whole chunk found. */
export interface Finding {
  readonly check: ChunkCheckName;
  readonly severity: ChunkCheck['severity'];
  /** EVERY_INSTRUMENT for what concerns none in particular. */
  readonly instrumentId: number;
  /** Nanoseconds of the index timestamp, both inclusive. */
  readonly start: bigint;
  readonly end: bigint;
  /** A sentence with exact values. */
  readonly message: string;
  /** The same as data: 64-bit integers as text, prices in units of 1e-9, times in nanoseconds. */
  readonly details: Readonly<Record<string, unknown>>;
}

export type DraftFinding = Omit<Finding, 'check' | 'severity'>;

/** What one check found: the first {@link MOST_FINDINGS} of `total`. */
export interface Found {
  readonly findings: readonly DraftFinding[];
  readonly total: number;
}

/** Most findings of one check and chunk that are kept one by one; one more says how many there were. */
export const MOST_FINDINGS = 100;

export const NOTHING_FOUND: Found = { findings: [], total: 0 };

/** A range of time in which a market is open, nanoseconds, `[start, end)`. */
export interface OpenInterval {
  readonly start: bigint;
  readonly end: bigint;
}

/** When a dataset's market is open between two times, ns: disjoint intervals; undefined where nothing tells. */
export type OpenIntervals = (
  dataset: string,
  fromNs: bigint,
  toNs: bigint,
) => readonly OpenInterval[] | undefined;

/** What a check works with: a transaction and a chunk that has claims. */
export interface CheckRun {
  readonly client: PoolClient;
  readonly chunk: CheckedChunk;
  readonly openIntervals: OpenIntervals | undefined;
}

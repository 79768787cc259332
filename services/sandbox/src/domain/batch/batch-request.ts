import type { RangeRequest } from '@tapeline/historical-api';

export const SPLIT_DURATIONS = ['day', 'week', 'month', 'year', 'none'] as const;
export type SplitDuration = (typeof SPLIT_DURATIONS)[number];

/** What batch.submit_job asks for, its fields well-formed. */
export interface BatchRequest extends RangeRequest {
  /** Here nothing else is written. */
  readonly encoding: 'dbn';
  readonly compression: 'zstd' | 'none';
  readonly prettyPx: boolean;
  readonly prettyTs: boolean;
  readonly mapSymbols: boolean;
  readonly splitSymbols: boolean;
  readonly splitDuration: SplitDuration;
  /** Bytes; kept, but files are not split by it. */
  readonly splitSize: number | null;
}

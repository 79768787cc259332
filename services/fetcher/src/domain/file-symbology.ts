import { parseTimestamp } from '@tapeline/records';
import type { SymbologyInterval } from '@tapeline/storage';
import type { Claim } from './plan-chunks.js';

/** Intervals of dates as claims of nanosecond ranges. */
export const intervalClaims = (intervals: readonly SymbologyInterval[]): Claim[] =>
  intervals.map(({ instrumentId, d0, d1 }) => ({
    instrumentId,
    start: parseTimestamp(d0),
    end: parseTimestamp(d1),
  }));

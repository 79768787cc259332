import type { CoverageClaim } from '@tapeline/storage';

/** A claim of a complete chunk, bought on 2024-08-01, for tests. */
export const sampleClaim = (
  instrumentId: number,
  start: bigint,
  end: bigint,
  more: Partial<CoverageClaim> = {},
): CoverageClaim => ({
  instrumentId,
  start,
  end,
  endTies: 0,
  chunkId: 'other',
  chunkState: 'complete',
  isReplacement: false,
  bought: '2024-08-01',
  mayStopEarly: false,
  ...more,
});

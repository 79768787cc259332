import type { CoverageClaim } from '@tapeline/storage';

/** A range that another chunk claims without anyone knowing yet how much of it that will hold. */
export class UndecidedRangeError extends Error {
  readonly code = 'undecided_range';
  override readonly name = 'UndecidedRangeError';
  constructor(
    message: string,
    /** Whether the answer is on its way, so that waiting helps. */
    readonly passes: boolean,
  ) {
    super(message);
  }
}

/**
 * Refuses to plan against chunks that may stop before the end of what they claim: a plan that took the claim
 * for the data would leave a gap. Once such a chunk is fetched, its claim is what it holds.
 * @throws UndecidedRangeError
 */
export function awaitClaims(coverage: readonly CoverageClaim[]): void {
  const undecided = coverage.find(
    (claim) =>
      claim.mayStopEarly && (claim.chunkState === 'planned' || claim.chunkState === 'failed'),
  );
  if (!undecided) return;
  const passes = undecided.chunkState === 'planned';
  throw new UndecidedRangeError(
    passes
      ? `chunk ${undecided.chunkId} is being fetched and claims a part of this range; waiting for it`
      : `chunk ${undecided.chunkId} claims a part of this range and has failed: send its job again first`,
    passes,
  );
}

import type { Clock } from './clock.js';
import { DatabentoError } from './databento-error.js';

/** How often a failed call is repeated, and how long to wait in between. */
export interface RetryOptions {
  /** Calls in all, the first included; 1 never repeats. */
  readonly attempts: number;
  /** Ceiling of the first wait; it doubles with each further one. */
  readonly baseMs: number;
  /** No ceiling is higher. */
  readonly capMs: number;
  /** A server that asks for a longer wait (Retry-After) is not waited for: the call fails at once. */
  readonly maxRetryAfterMs: number;
}

export const DEFAULT_RETRY: RetryOptions = {
  attempts: 6,
  baseMs: 250,
  capMs: 30_000,
  maxRetryAfterMs: 300_000,
};

/** A failure that is about to be waited out. */
export interface RetryReport {
  readonly error: DatabentoError;
  /** Failures in a row, this one included. */
  readonly failures: number;
  readonly waitMs: number;
}

export interface RetryContext {
  readonly options: RetryOptions;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  readonly onRetry?: ((report: RetryReport) => void) | undefined;
  /** In [0, 1); Math.random unless a test says otherwise. */
  readonly random?: () => number;
}

/** Told to an attempt that may get on before it fails. */
export interface Attempt {
  /** This attempt has brought something new: failures are counted anew. */
  readonly progressed: () => void;
}

/**
 * Calls `work` until it succeeds, fails for good or has failed often enough in a row. Waits a random part
 * of a doubling ceiling (full jitter), on top of what the server asks for.
 * @throws DatabentoError of the last attempt; the signal's reason if it aborts.
 */
export async function withRetry<Result>(
  { options, clock, signal, onRetry, random = Math.random }: RetryContext,
  work: (attempt: Attempt) => Promise<Result>,
): Promise<Result> {
  let failures = 0;
  const progressed = (): void => {
    failures = 0;
  };
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await work({ progressed });
    } catch (error) {
      failures += 1;
      if (!(error instanceof DatabentoError) || !error.retryable) throw error;
      const asked = error.retryAfterMs ?? 0;
      if (failures >= options.attempts || asked > options.maxRetryAfterMs) throw error;
      const waitMs = asked + random() * ceiling(options, failures);
      onRetry?.({ error, failures, waitMs });
      await clock.sleep(waitMs, signal);
    }
  }
}

function ceiling({ baseMs, capMs }: RetryOptions, failures: number): number {
  return Math.min(capMs, baseMs * 2 ** (failures - 1));
}

import { setTimeout as sleep } from 'node:timers/promises';
import { DatabentoError } from './databento-error.js';

/** How often a failed call is repeated, and how long to wait in between. */
export interface RetryOptions {
  /** Calls in all, the first included; 1 never repeats. */
  readonly attempts: number;
  /** Ceiling of the first wait; it doubles with each further one. */
  readonly baseMs: number;
  /** No ceiling is higher. */
  readonly capMs: number;
}

export const DEFAULT_RETRY: RetryOptions = { attempts: 6, baseMs: 250, capMs: 30_000 };

/**
 * Calls `attempt` until it succeeds, fails for good or has been called often enough. Waits a random part
 * of a doubling ceiling (full jitter), or as long as the server asks.
 * @throws DatabentoError of the last attempt; the signal's reason if it aborts.
 */
export async function withRetry<Result>(
  options: RetryOptions,
  signal: AbortSignal | undefined,
  attempt: () => Promise<Result>,
): Promise<Result> {
  for (let failures = 0; ;) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      failures += 1;
      const repeat = error instanceof DatabentoError && error.retryable;
      if (!repeat || failures >= options.attempts) throw error;
      await wait(error.retryAfterMs ?? jitter(options, failures), signal);
    }
  }
}

function jitter({ baseMs, capMs }: RetryOptions, failures: number): number {
  return Math.random() * Math.min(capMs, baseMs * 2 ** (failures - 1));
}

async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal && { signal });
  } catch {
    signal?.throwIfAborted();
  }
}

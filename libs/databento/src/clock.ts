import { setTimeout as timeout } from 'node:timers/promises';

/** Where time comes from; tests bring their own. */
export interface Clock {
  /** Milliseconds since an arbitrary moment; never goes back. */
  readonly monotonic: () => number;
  /** Nanoseconds since epoch. */
  readonly now: () => bigint;
  /** Resolves after `ms` milliseconds. @throws the signal's reason once it aborts. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export const SYSTEM_CLOCK: Clock = {
  monotonic: () => performance.now(),
  now: () => Temporal.Now.instant().epochNanoseconds,
  sleep: async (ms, signal) => {
    try {
      await timeout(ms, undefined, signal && { signal });
    } catch {
      signal?.throwIfAborted();
    }
  },
};

import { abortable } from './abortable.js';
import type { Clock } from './clock.js';

/** So many calls in any window of this length. */
export interface RateLimit {
  readonly calls: number;
  readonly perMs: number;
}

/**
 * A bucket of tokens, one for each call. A token comes back one window after it was taken, so that no
 * window sees more calls than allowed; a bucket that refills steadily lets twice as many pass in the
 * first one. Those who wait are served in the order of asking.
 */
export class TokenBucket {
  /** When the tokens that are out were taken, oldest first. */
  readonly #taken: number[] = [];
  #closedUntil = -Infinity;
  /** Settles when the last in the queue has its token, or has left. */
  #queue: Promise<void> = Promise.resolve();

  constructor(
    readonly limit: RateLimit,
    readonly clock: Clock,
  ) {
    if (!(Number.isInteger(limit.calls) && limit.calls > 0 && limit.perMs > 0)) {
      throw new RangeError(
        `a rate limit of ${limit.calls} calls per ${limit.perMs} ms lets nobody pass: both must be positive`,
      );
    }
  }

  /** Resolves when the call may begin. @throws the signal's reason; no token is taken then. */
  async take(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const before = this.#queue;
    const turn = Promise.withResolvers<void>();
    this.#queue = turn.promise;
    try {
      await abortable(before, signal);
      for (let ms = this.#wait(); ms > 0; ms = this.#wait()) await this.clock.sleep(ms, signal);
      this.#taken.push(this.clock.monotonic());
      if (this.#taken.length > this.limit.calls) this.#taken.shift();
    } finally {
      // Whoever leaves early does not let the next one overtake those before.
      void before.then(turn.resolve);
    }
  }

  /** Nobody passes for so long, because the server said so. */
  close(ms: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, this.clock.monotonic() + ms);
  }

  #wait(): number {
    const oldest = this.#taken.length < this.limit.calls ? undefined : this.#taken[0];
    const free = oldest === undefined ? -Infinity : oldest + this.limit.perMs;
    return Math.max(free, this.#closedUntil) - this.clock.monotonic();
  }
}

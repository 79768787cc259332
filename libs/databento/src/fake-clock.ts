/** For tests: a clock that goes on when told, or as soon as somebody sleeps. */
import { abortable } from './abortable.js';
import type { Clock } from './clock.js';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

export class FakeClock implements Clock {
  /** What was slept, in ms, in the order of falling asleep. */
  readonly slept: number[] = [];
  #elapsed = 0;
  #sleepers: Sleeper[] = [];

  /** @param mode `jump`: a sleep ends at once, and its time has passed. */
  constructor(readonly mode: 'jump' | 'manual' = 'jump') {}

  readonly monotonic = (): number => this.#elapsed;

  readonly now = (): bigint => 1_800_000_000_000_000_000n + BigInt(Math.round(this.#elapsed * 1e6));

  readonly sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    this.slept.push(ms);
    if (this.mode === 'jump') {
      this.#elapsed += ms;
      return;
    }
    const woken = Promise.withResolvers<void>();
    this.#sleepers.push({ until: this.#elapsed + ms, wake: woken.resolve });
    await abortable(woken.promise, signal);
  };

  /** Lets time pass, and those go on whose sleep is over. */
  async advance(ms: number): Promise<void> {
    const target = this.#elapsed + ms;
    for (;;) {
      await settled();
      const next = this.#sleepers.toSorted((a, b) => a.until - b.until)[0];
      if (!next || next.until > target) break;
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
      this.#elapsed = Math.max(this.#elapsed, next.until);
      next.wake();
    }
    this.#elapsed = target;
  }
}

/** Everything that can go on without time or I/O has done so. */
export const settled = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

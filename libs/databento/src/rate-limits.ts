import type { Clock } from './clock.js';
import { TokenBucket } from './token-bucket.js';
import type { RateLimit } from './token-bucket.js';

/** The kinds of calls that are counted apart. */
export interface RateLimits {
  readonly timeseries: RateLimit;
  readonly symbology: RateLimit;
  readonly metadata: RateLimit;
  /** batch.list_jobs; get_job_details and list_files count with it, as nothing is published for them. */
  readonly batch: RateLimit;
  readonly submitJob: RateLimit;
}

/** What Databento allows a **team**, all of its processes together. */
export const TEAM_RATE_LIMITS: RateLimits = {
  timeseries: { calls: 100, perMs: 1_000 },
  symbology: { calls: 100, perMs: 1_000 },
  metadata: { calls: 20, perMs: 1_000 },
  batch: { calls: 20, perMs: 1_000 },
  submitJob: { calls: 20, perMs: 60_000 },
};

/** The buckets of one client. */
export class RateLimiter {
  readonly #buckets: Readonly<Record<keyof RateLimits, TokenBucket>>;

  constructor(limits: Partial<RateLimits>, clock: Clock) {
    const bucket = (kind: keyof RateLimits): TokenBucket =>
      new TokenBucket(limits[kind] ?? TEAM_RATE_LIMITS[kind], clock);
    this.#buckets = {
      timeseries: bucket('timeseries'),
      symbology: bucket('symbology'),
      metadata: bucket('metadata'),
      batch: bucket('batch'),
      submitJob: bucket('submitJob'),
    };
  }

  /** Waits until a call of `method` may begin. @throws the signal's reason. */
  async take(method: string, signal?: AbortSignal): Promise<void> {
    await this.#bucket(method)?.take(signal);
  }

  /** The server refused `method` with 429: its kind of calls rests for so long. */
  close(method: string, ms: number): void {
    this.#bucket(method)?.close(ms);
  }

  /** Undefined for downloads of files, which are limited by connections only. */
  #bucket(method: string): TokenBucket | undefined {
    if (method === 'batch.submit_job') return this.#buckets.submitJob;
    if (method === 'batch.download') return undefined;
    const family = method.slice(0, method.indexOf('.'));
    switch (family) {
      case 'timeseries':
      case 'symbology':
      case 'metadata':
      case 'batch':
        return this.#buckets[family];
      default:
        return undefined;
    }
  }
}

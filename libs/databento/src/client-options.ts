import type { Clock } from './clock.js';
import type { RateLimits } from './rate-limits.js';
import type { RetryOptions, RetryReport } from './retry.js';

/** Longest waits, each for a stage of its own. There is no limit on a call as a whole. */
export interface Timeouts {
  /** Until a connection is there, TLS included. */
  readonly connectMs: number;
  /** From the request to the first line of its answer. Counted in steps of about half a second. */
  readonly headersMs: number;
  /** Longest silence within an answer; only time spent waiting counts. */
  readonly inactivityMs: number;
}

/** The official clients wait 100 s for anything. */
export const DEFAULT_TIMEOUTS: Timeouts = {
  connectMs: 20_000,
  headersMs: 100_000,
  inactivityMs: 100_000,
};

export interface ClientOptions {
  /** Never logged, and never part of an error. */
  readonly apiKey: string;
  /** Without `/v0`; by default Databento's own. Files of batch jobs come from there, too. */
  readonly baseUrl?: string;
  /** Who is calling, such as `tapeline/0.1.0`; runtime and platform are added. */
  readonly userAgent?: string;
  readonly timeouts?: Partial<Timeouts>;
  readonly retry?: Partial<RetryOptions>;
  /** What is left out is what Databento allows a team. Lower it where several processes share the key. */
  readonly rateLimits?: Partial<RateLimits>;
  /** Connections at a time, 100 by default: what Databento allows a team. Further calls wait. */
  readonly connections?: number;
  /** Told of each warning of the server, such as days of degraded quality. */
  readonly onWarning?: (warning: Warning) => void;
  /** Told of each failure that is about to be waited out. */
  readonly onRetry?: (report: RetryReport & { readonly method: string }) => void;
  /** For tests. */
  readonly clock?: Clock;
}

/** An entry of an X-Warning header. */
export interface Warning {
  /** The call, such as `timeseries.get_range`. */
  readonly method: string;
  /** `Category: text`. */
  readonly text: string;
  readonly requestId: string | null;
}

/** Everything known about a failed call. */
export interface DatabentoErrorDetails {
  /** HTTP status; null where no answer came or its body broke off. */
  readonly status: number | null;
  /** Databento's word for the failure, such as `data_end_after_available_end`; null where none is given. */
  readonly case?: string | null;
  readonly requestId?: string | null;
  /** What the server adds in machine-readable form, such as `available_end`. */
  readonly payload?: Readonly<Record<string, unknown>> | null;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** Milliseconds the server asks to wait; null if it does not say. */
  readonly retryAfterMs?: number | null;
  readonly cause?: unknown;
}

/**
 * A call to Databento that failed: refused by the server, unreachable, timed out, broken off, or answered
 * with something else than documented. Its message names the call, the server's words and what to do,
 * never the key. What is known better has a class of its own.
 */
export class DatabentoError extends Error {
  override readonly name: string = 'DatabentoError';
  readonly status: number | null;
  readonly case: string | null;
  readonly requestId: string | null;
  readonly payload: Readonly<Record<string, unknown>> | null;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;

  constructor(message: string, details: DatabentoErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.status = details.status;
    this.case = details.case ?? null;
    this.requestId = details.requestId ?? null;
    this.payload = details.payload ?? null;
    this.retryable = details.retryable;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }
}

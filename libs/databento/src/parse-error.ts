import type { DatabentoError } from './databento-error.js';
import { errorKind } from './error-kind.js';
import { explainError } from './explain-error.js';

/** What is known of an answer with a status of failure. */
export interface Refusal {
  /** Such as `metadata.get_cost`. */
  readonly method: string;
  readonly status: number;
  readonly requestId: string | null;
  /** The Retry-After header. */
  readonly retryAfter: string | null;
  readonly body: string;
}

/** The error of an answer with status ≥ 300, in the class of its case or, without one, of its status. */
export function parseError(refusal: Refusal): DatabentoError {
  const { method, status, requestId } = refusal;
  const { message: words, fields, ...explanation } = explainError(refusal.body);
  const kind = errorKind(status, explanation.case, fields);
  const said = words === '' ? '' : `: ${words}`;
  const remedy = kind.remedy === '' ? '' : `; ${kind.remedy}`;
  const quoted = requestId === null ? '' : ` (request ${requestId})`;
  const message = `${method} was answered ${status}${said}${remedy}${quoted}`;
  return new kind.type(message, {
    ...explanation,
    fields,
    status,
    requestId,
    retryable: isRetryableStatus(status),
    retryAfterMs: parseRetryAfter(refusal.retryAfter),
    stage: 'request',
  });
}

/** 408, 429 and all of 5xx but 501 and 505, which will not change. */
function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/** Milliseconds of a Retry-After header, which holds seconds or an HTTP date; null without one. */
function parseRetryAfter(text: string | null): number | null {
  if (text === null) return null;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

import { z } from 'zod';
import { DatabentoError } from './databento-error.js';

const objectDetail = z.object({
  case: z.string().nullish(),
  message: z.string(),
  payload: z.record(z.string(), z.unknown()).nullish(),
});

const fieldDetail = z.array(
  z.object({ loc: z.array(z.union([z.string(), z.number()])), msg: z.string() }),
);

interface Explanation {
  readonly message: string;
  readonly case: string | null;
  readonly payload: Readonly<Record<string, unknown>> | null;
}

/** What to do about a status that its message does not explain. */
const REMEDY: Readonly<Record<number, string>> = {
  401: 'check DATABENTO_API_KEY',
  402: 'check the budget and the payment method of the account',
  403: 'check which datasets the subscription covers',
};

const MAX_TEXT = 500;

/**
 * The error of an answer with status ≥ 400. The body is one of three JSON shapes under `detail` (a text,
 * an object with `case` and `message`, a list of refused fields), or plain text from a gateway.
 */
export function parseError(
  call: string,
  status: number,
  headers: Headers,
  body: string,
): DatabentoError {
  const explanation = explain(body);
  const requestId = headers.get('request-id');
  const parts = [`${call} was answered ${status}`, explanation.message, REMEDY[status]];
  const message = parts.filter((part) => part !== undefined && part !== '').join(': ');
  return new DatabentoError(requestId === null ? message : `${message} (request ${requestId})`, {
    ...explanation,
    status,
    requestId,
    retryable: isRetryableStatus(status),
    retryAfterMs: parseRetryAfter(headers.get('retry-after')),
  });
}

/** 408, 429 and all of 5xx but 501 and 505, which will not change. */
function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

function explain(body: string): Explanation {
  const detail = detailOf(body);
  if (typeof detail === 'string') return { message: detail, case: null, payload: null };
  const object = objectDetail.safeParse(detail);
  if (object.success) {
    const { message, payload } = object.data;
    return { message, case: object.data.case ?? null, payload: payload ?? null };
  }
  const fields = fieldDetail.safeParse(detail);
  if (fields.success) {
    const message = fields.data.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; ');
    return { message, case: null, payload: null };
  }
  return { message: body.trim().slice(0, MAX_TEXT), case: null, payload: null };
}

function detailOf(body: string): unknown {
  try {
    return (JSON.parse(body) as { detail?: unknown } | null)?.detail;
  } catch {
    return undefined;
  }
}

/** Milliseconds of a Retry-After header, which holds seconds or an HTTP date; null without one. */
function parseRetryAfter(text: string | null): number | null {
  if (text === null) return null;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

import { z } from 'zod';
import type { RefusedField } from './errors.js';

const objectDetail = z.object({
  case: z.string().nullish(),
  message: z.string(),
  payload: z.record(z.string(), z.unknown()).nullish(),
});

const fieldDetail = z.array(
  z.object({ loc: z.array(z.union([z.string(), z.number()])), msg: z.string() }),
);

/** What the body of a failure says. */
export interface Explanation {
  readonly message: string;
  readonly case: string | null;
  readonly payload: Readonly<Record<string, unknown>> | null;
  readonly fields: readonly RefusedField[];
}

const MAX_TEXT = 500;

/**
 * Reads the body of a failure: one of three JSON shapes under `detail` (a text, an object with `case` and
 * `message`, a list of refused fields), or plain text from a gateway.
 */
export function explainError(body: string): Explanation {
  const nothing = { case: null, payload: null, fields: [] };
  const detail = detailOf(body);
  if (typeof detail === 'string') return { ...nothing, message: detail };
  const object = objectDetail.safeParse(detail);
  if (object.success) {
    const { message, payload } = object.data;
    return { ...nothing, message, case: object.data.case ?? null, payload: payload ?? null };
  }
  const list = fieldDetail.safeParse(detail);
  if (list.success) {
    const fields = list.data.map(({ loc, msg }) => ({ field: loc.join('.'), message: msg }));
    const message = fields.map(({ field, message }) => `${field}: ${message}`).join('; ');
    return { ...nothing, message, fields };
  }
  return { ...nothing, message: body.trim().slice(0, MAX_TEXT) };
}

function detailOf(body: string): unknown {
  try {
    return (JSON.parse(body) as { detail?: unknown } | null)?.detail;
  } catch {
    return undefined;
  }
}

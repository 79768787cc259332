import { ApiError, FieldsError } from './api-error.js';

const DOCS = 'https://databento.com/docs';

export interface ErrorAnswer {
  readonly status: number;
  /** What the body's one member `detail` is. */
  readonly detail: unknown;
}

/**
 * A refusal as the API answers it; undefined for an error that is none.
 * @param method of the request: it says where fields that are malformed were.
 */
export function describeError(error: unknown, method: string): ErrorAnswer | undefined {
  if (error instanceof ApiError) {
    const { status, problem, message, payload } = error;
    const detail = { case: problem, message, status_code: status, docs: DOCS };
    return { status, detail: payload ? { ...detail, payload } : detail };
  }
  if (!(error instanceof FieldsError)) return undefined;
  const place = method === 'POST' ? 'body' : 'query';
  const detail = error.fields.map(({ name, message, type }) => {
    return { loc: [place, name], msg: message, type };
  });
  return { status: 422, detail };
}

import type { z } from 'zod';
import { UnexpectedAnswerError } from './network-errors.js';

/** An answer's JSON, checked. @throws UnexpectedAnswerError if it is not what is documented. */
export function parseAnswer<Schema extends z.ZodType>(
  method: string,
  answer: { readonly status: number; readonly requestId: string | null },
  text: string,
  schema: Schema,
): z.output<Schema> {
  let reason: string;
  try {
    const result = schema.safeParse(JSON.parse(text));
    if (result.success) return result.data;
    reason = result.error.issues
      .slice(0, 3)
      .map(({ path, message }) => `${path.join('.') || 'the answer'}: ${message}`)
      .join('; ');
  } catch {
    reason = `it is not JSON: ${text.slice(0, 100)}`;
  }
  throw new UnexpectedAnswerError(
    `${method} was answered with something else than documented (${reason}); check the base URL, or the API may have changed`,
    { status: answer.status, requestId: answer.requestId, retryable: false },
  );
}

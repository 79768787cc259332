import { DatabentoError } from './databento-error.js';
import { RateLimitedError } from './errors.js';
import { ConnectionError, TimeoutError, UnexpectedAnswerError } from './network-errors.js';

/**
 * Whether a call may have had its effect although it failed: its request was sent, and no answer, none to
 * make sense of, or one of a failing server came back. A refusal and a connection that was never made
 * have had none.
 */
export function isOutcomeUnknown(error: unknown): boolean {
  if (error instanceof ConnectionError || error instanceof TimeoutError) {
    return error.stage !== 'connect';
  }
  if (error instanceof UnexpectedAnswerError) return error.status !== null && error.status < 300;
  if (!(error instanceof DatabentoError) || error instanceof RateLimitedError) return false;
  return error.status === null || error.status >= 500;
}

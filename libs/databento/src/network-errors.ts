/** Failures without a usable answer. */
import { DatabentoError } from './databento-error.js';
import type { DatabentoErrorDetails } from './databento-error.js';

/**
 * How far a call had come. Up to `connect` nothing was sent; from `request` on the server may have acted
 * on it; with `body` its answer had begun.
 */
export type Stage = 'connect' | 'request' | 'headers' | 'body';

type StageDetails = DatabentoErrorDetails & { readonly stage: Stage };

/** The connection could not be made, or was lost. */
export class ConnectionError extends DatabentoError {
  override readonly name = 'ConnectionError';
  readonly stage: Stage;

  constructor(message: string, details: StageDetails) {
    super(message, details);
    this.stage = details.stage;
  }
}

/** A stage took longer than allowed; 408 where the server was the one to wait. */
export class TimeoutError extends DatabentoError {
  override readonly name = 'TimeoutError';
  readonly stage: Stage;

  constructor(message: string, details: StageDetails) {
    super(message, details);
    this.stage = details.stage;
  }
}

/** A success that is not what is documented: the API may have changed, or something answers in its place. */
export class UnexpectedAnswerError extends DatabentoError {
  override readonly name = 'UnexpectedAnswerError';
}

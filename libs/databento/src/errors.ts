/** The failures that callers tell apart. All have a status, a case, a request id and a payload where known. */
import { findAvailableEnd, findAvailableStart } from './available-times.js';
import { DatabentoError } from './databento-error.js';
import type { DatabentoErrorDetails } from './databento-error.js';

/** 401: the key is missing, wrong or revoked. */
export class AuthenticationError extends DatabentoError {
  override readonly name = 'AuthenticationError';
}

/** 402: the account is over its budget, or has no means of payment. */
export class PaymentRequiredError extends DatabentoError {
  override readonly name = 'PaymentRequiredError';
}

/** 403: the account has no licence for this data, or for data as recent as this. */
export class LicenseError extends DatabentoError {
  override readonly name = 'LicenseError';
  /** Data before this time, ns since epoch, is allowed; null if it is not about time. */
  readonly availableEnd: bigint | null;

  constructor(message: string, details: DatabentoErrorDetails) {
    super(message, details);
    this.availableEnd = findAvailableEnd(details.payload, message);
  }
}

/** 404: no such dataset, job or file. */
export class NotFoundError extends DatabentoError {
  override readonly name = 'NotFoundError';
}

/** 410: the files of a job are kept for 30 days after it is done, and that is over. */
export class FilesExpiredError extends DatabentoError {
  override readonly name = 'FilesExpiredError';
}

/** 429: the team has sent too many requests; {@link DatabentoError.retryAfterMs} says how long to wait. */
export class RateLimitedError extends DatabentoError {
  override readonly name = 'RateLimitedError';
}

/** The request ends after the data does. */
export class DataEndAfterAvailableEndError extends DatabentoError {
  override readonly name = 'DataEndAfterAvailableEndError';
  /** The latest `end` that is accepted, ns since epoch; null if the server did not say it. */
  readonly availableEnd: bigint | null;

  constructor(message: string, details: DatabentoErrorDetails) {
    super(message, details);
    this.availableEnd = findAvailableEnd(details.payload, message);
  }
}

/** The request begins after the data ends: there is nothing yet. */
export class DataStartAfterAvailableEndError extends DatabentoError {
  override readonly name = 'DataStartAfterAvailableEndError';
  /** Exclusive end of the data, ns since epoch; null if the server did not say it. */
  readonly availableEnd: bigint | null;

  constructor(message: string, details: DatabentoErrorDetails) {
    super(message, details);
    this.availableEnd = findAvailableEnd(details.payload, message);
  }
}

/** The request begins before the data does. */
export class DataStartBeforeAvailableStartError extends DatabentoError {
  override readonly name = 'DataStartBeforeAvailableStartError';
  /** The earliest `start` that is accepted, ns since epoch; null if the server did not say it. */
  readonly availableStart: bigint | null;

  constructor(message: string, details: DatabentoErrorDetails) {
    super(message, details);
    this.availableStart = findAvailableStart(details.payload);
  }
}

/** The schema covers a part of the range only: it may begin later than its dataset. */
export class SchemaNotFullyAvailableError extends DatabentoError {
  override readonly name = 'SchemaNotFullyAvailableError';
  /** ns since epoch; null if the server did not say it. */
  readonly availableStart: bigint | null;
  /** Exclusive, ns since epoch; null if the server did not say it. */
  readonly availableEnd: bigint | null;

  constructor(message: string, details: DatabentoErrorDetails) {
    super(message, details);
    this.availableStart = findAvailableStart(details.payload);
    this.availableEnd = findAvailableEnd(details.payload, message);
  }
}

/** A part of the range needs a subscription or licence. */
export class DatasetUnavailableRangeError extends DatabentoError {
  override readonly name = 'DatasetUnavailableRangeError';
  /** The latest `end` that is accepted, ns since epoch, read from the message; null if it is not there. */
  readonly availableEnd: bigint | null;

  constructor(message: string, details: DatabentoErrorDetails) {
    super(message, details);
    this.availableEnd = findAvailableEnd(details.payload, message);
  }
}

/**
 * Symbols that are malformed, or of which not one resolves. Said on days without a session, too, so ask
 * metadata.get_dataset_condition before blaming the symbols.
 */
export class SymbologyError extends DatabentoError {
  override readonly name = 'SymbologyError';
}

/** The range ends before it begins, or is empty. */
export class InvalidTimeRangeError extends DatabentoError {
  override readonly name = 'InvalidTimeRangeError';
}

/** A parameter that was refused. */
export interface RefusedField {
  /** Such as `body.schema`. */
  readonly field: string;
  readonly message: string;
}

/** 400, or 422 with a list of fields: parameters that are missing, malformed or unsupported. */
export class ValidationError extends DatabentoError {
  override readonly name = 'ValidationError';
  /** Empty if the server named none. */
  readonly fields: readonly RefusedField[];

  constructor(
    message: string,
    details: DatabentoErrorDetails & { readonly fields?: readonly RefusedField[] },
  ) {
    super(message, details);
    this.fields = details.fields ?? [];
  }
}

/** 5xx: the server or a gateway before it. */
export class ServerError extends DatabentoError {
  override readonly name = 'ServerError';
}

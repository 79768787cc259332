import {
  DataEndAfterAvailableEndError,
  DatasetUnavailableRangeError,
  LicenseError,
} from './errors.js';

/**
 * The time, ns since epoch, to which the refused `end` may be lowered so that the request is accepted.
 * Null if the error is about something else, or does not say when.
 */
export function availableEnd(error: unknown): bigint | null {
  const isCurable =
    error instanceof DataEndAfterAvailableEndError ||
    error instanceof DatasetUnavailableRangeError ||
    error instanceof LicenseError;
  return isCurable ? error.availableEnd : null;
}

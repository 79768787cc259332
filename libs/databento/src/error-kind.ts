import { DatabentoError } from './databento-error.js';
import type { DatabentoErrorDetails } from './databento-error.js';
import * as errors from './errors.js';
import { TimeoutError } from './network-errors.js';

/** Each class takes what it needs of these. */
type ErrorClass = new (
  message: string,
  details: DatabentoErrorDetails & {
    readonly stage: 'request';
    readonly fields: readonly errors.RefusedField[];
  },
) => DatabentoError;

/** The class of a failure, and what to do about it. */
export interface ErrorKind {
  readonly type: ErrorClass;
  /** Empty where the server's own words say it. */
  readonly remedy: string;
}

const AUTHENTICATION: ErrorKind = {
  type: errors.AuthenticationError,
  remedy: 'check DATABENTO_API_KEY',
};
const PAYMENT: ErrorKind = {
  type: errors.PaymentRequiredError,
  remedy: 'check the budget and the payment method of the account',
};
const LICENSE: ErrorKind = {
  type: errors.LicenseError,
  remedy: 'check which datasets and times the subscription covers, or ask for an earlier end',
};
const SYMBOLOGY: ErrorKind = {
  type: errors.SymbologyError,
  remedy: 'check the symbols and stype_in; on days without a session no symbol resolves either',
};
const VALIDATION: ErrorKind = {
  type: errors.ValidationError,
  remedy: 'correct the parameters of the request',
};
const SERVER: ErrorKind = {
  type: errors.ServerError,
  remedy: "try again later; Databento's status page tells of outages",
};

const BY_CASE: Readonly<Record<string, ErrorKind>> = {
  auth_authentication_failed: AUTHENTICATION,
  account_insufficient_funds: PAYMENT,
  license_not_found_unauthorized: LICENSE,
  data_end_after_available_end: {
    type: errors.DataEndAfterAvailableEndError,
    remedy: 'ask for an earlier end',
  },
  data_start_after_available_end: {
    type: errors.DataStartAfterAvailableEndError,
    remedy: 'ask again once the data is there; metadata.get_dataset_range says how far it goes',
  },
  data_start_before_available_start: {
    type: errors.DataStartBeforeAvailableStartError,
    remedy: 'ask for a later start; metadata.get_dataset_range says where the data begins',
  },
  data_time_range_start_on_or_after_end: {
    type: errors.InvalidTimeRangeError,
    remedy: 'the start must lie before the end, which is exclusive',
  },
  data_schema_not_fully_available: {
    type: errors.SchemaNotFullyAvailableError,
    remedy: 'metadata.get_dataset_range says what there is of each schema',
  },
  dataset_unavailable_range: {
    type: errors.DatasetUnavailableRangeError,
    remedy: 'ask for an earlier end, or check what the subscription covers',
  },
};

const BY_STATUS: Readonly<Record<number, ErrorKind>> = {
  400: VALIDATION,
  401: AUTHENTICATION,
  402: PAYMENT,
  403: LICENSE,
  404: {
    type: errors.NotFoundError,
    remedy: 'check the name of the dataset, job or file, and the base URL',
  },
  408: { type: TimeoutError, remedy: 'the request took too long to arrive: try again' },
  410: {
    type: errors.FilesExpiredError,
    remedy: 'the files of a job are kept for 30 days: submit the job again to get them',
  },
  429: {
    type: errors.RateLimitedError,
    remedy: 'the limits count for the whole team: lower the rates of its other processes',
  },
};

/** A case says more than a status; unknown cases and statuses are plain errors. */
export function errorKind(
  status: number,
  name: string | null,
  fields: readonly errors.RefusedField[],
): ErrorKind {
  if (name !== null) {
    const known = BY_CASE[name];
    if (known) return known;
    if (name.startsWith('symbology_')) return SYMBOLOGY;
  }
  if (fields.length > 0) return VALIDATION;
  return BY_STATUS[status] ?? (status >= 500 ? SERVER : { type: DatabentoError, remedy: '' });
}

/** Databento's historical HTTP API, typed: symbols, costs, DBN streams and batch jobs. */
export { availableEnd } from './available-end.js';
export type { BatchClient } from './batch-client.js';
export { ChecksumError, JobNotDoneError, SubmissionUnknownError } from './batch-errors.js';
export { JOB_STATES } from './batch-requests.js';
export type {
  BatchJobRequest,
  JobState,
  ListJobsRequest,
  SplitDuration,
  SubmissionMark,
} from './batch-requests.js';
export type { BatchFile, BatchJob } from './batch-responses.js';
export type { ClientOptions, Timeouts, Warning } from './client-options.js';
export type { Clock } from './clock.js';
export { DatabentoError } from './databento-error.js';
export type { DatabentoErrorDetails } from './databento-error.js';
export type { DownloadedFile } from './download-file.js';
export type { DownloadJobRequest, DownloadProgress } from './download-job.js';
export {
  AuthenticationError,
  DataEndAfterAvailableEndError,
  DatasetUnavailableRangeError,
  DataStartAfterAvailableEndError,
  DataStartBeforeAvailableStartError,
  FilesExpiredError,
  InvalidTimeRangeError,
  LicenseError,
  NotFoundError,
  PaymentRequiredError,
  RateLimitedError,
  SchemaNotFullyAvailableError,
  ServerError,
  SymbologyError,
  ValidationError,
} from './errors.js';
export type { RefusedField } from './errors.js';
export { HistoricalClient } from './historical-client.js';
export { isSameJob } from './is-same-job.js';
export { ConnectionError, TimeoutError, UnexpectedAnswerError } from './network-errors.js';
export type { Stage } from './network-errors.js';
export { TEAM_RATE_LIMITS } from './rate-limits.js';
export type { RateLimits } from './rate-limits.js';
export { MAX_SYMBOLS } from './requests.js';
export type {
  Compression,
  Encoding,
  RangeRequest,
  RangeResponse,
  ResolveRequest,
  Time,
} from './requests.js';
export type {
  Condition,
  DatasetCondition,
  DatasetRange,
  Field,
  Publisher,
  Resolution,
  ResolvedInterval,
  SchemaRange,
  UnitPrices,
} from './responses.js';
export type { RetryOptions, RetryReport } from './retry.js';
export type { SubmitOnceOptions } from './submit-job-once.js';
export type { RateLimit } from './token-bucket.js';

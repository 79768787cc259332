/** Databento's historical HTTP API, typed: symbols, costs and DBN streams. */
export { availableEnd } from './available-end.js';
export { DatabentoError } from './databento-error.js';
export type { DatabentoErrorDetails } from './databento-error.js';
export { HistoricalClient } from './historical-client.js';
export type {
  DatasetCondition,
  DatasetRange,
  Field,
  Publisher,
  Resolution,
  ResolvedInterval,
  SchemaRange,
  UnitPrices,
} from './responses.js';
export type { RetryOptions } from './retry.js';
export type {
  ClientOptions,
  Compression,
  RangeRequest,
  RangeResponse,
  ResolveRequest,
  Time,
} from './requests.js';

/** Databento's historical HTTP API, apart from HTTP and from where the data is: parameters, answers, errors. */
export * from './api-error.js';
export * from './dates-of.js';
export { describeCondition } from './describe-condition.js';
export { describeError } from './describe-error.js';
export type { ErrorAnswer } from './describe-error.js';
export { describeResolution } from './describe-resolution.js';
export * from './find-dataset.js';
export type * from './historical-source.js';
export * from './metadata-api.js';
export { publishersOf } from './publishers.js';
export { rangeFormat } from './range-format.js';
export type { FormatBatch, RangeFormat } from './range-format.js';
export { EVERYTHING, rangeMetadata } from './range-metadata.js';
export * from './range-request.js';
export * from './request-fields.js';
export * from './symbols.js';
export * from './warning-header.js';

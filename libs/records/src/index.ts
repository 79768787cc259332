/** Schemas as data, columnar batches, units. The core: imports nothing else of tapeline. */
export { ArrowMismatchError, readString } from './arrow-text.js';
export * from './arrow.js';
export * from './columnar-batch.js';
export * from './copy-binary.js';
export * from './copy-decoder.js';
export * from './describe-record.js';
export * from './extend-schema.js';
export * from './messages.js';
export * from './null-test.js';
export * from './partition-dates.js';
export * from './sample-batch.js';
export * from './schema-description.js';
export * from './schema-docs.js';
export * from './schemas.js';
export * from './table.js';
export * from './timestamp-parts.js';
export * from './units.js';
export * from './version-layout.js';

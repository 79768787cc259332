/** The database: migrations, exactly-once writes, plans, projections, queries. */
export * from './checks/index.js';
export * from './coverage/index.js';
export * from './is-unavailable.js';
export * from './jobs/project-event.js';
export * from './jobs/read-jobs.js';
export * from './jobs/settle-chunk.js';
export * from './lookups/index.js';
export * from './planning/index.js';
export * from './read/index.js';
export * from './replay/index.js';
export * from './schema/migrate.js';
export * from './spend/index.js';
export * from './storage.js';
export * from './write/batch-writer.js';
export * from './write/check-batch.js';
export { BatchConflictError } from './write/ledger.js';
export { writeBatch } from './write/write-batch.js';
export * from './write/write-quarantine.js';

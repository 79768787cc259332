/** What was refused: reading, counting, discarding, forgetting. */
export * from './discard-quarantine.js';
export * from './purge-quarantine.js';
export { QUARANTINE_STATES } from './quarantine-conditions.js';
export type { QuarantineQuery, QuarantineState } from './quarantine-conditions.js';
export * from './quarantine-stats.js';
export * from './read-quarantine.js';

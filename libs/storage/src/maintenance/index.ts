export * from './content-checksum.js';
export * from './copy-table.js';
export * from './database-facts.js';
export * from './database-stats.js';
export * from './held-tables.js';
export * from './open-snapshot.js';
export * from './restore-tables.js';
export * from './timescale-restore.js';

/** Real servers and fixtures for tests. Imported by test files only; the linter sees to that. */
export * from './temporary-folder.js';
export * from './test-database.js';
export * from './test-nats-cluster.js';
export * from './test-nats.js';
export * from './testdata.js';

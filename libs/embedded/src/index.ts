/** Real servers and supervised processes without Docker: nats-server, PostgreSQL, services. */
export { createDatabase, databaseUrl, dropDatabase } from './administer-postgres.js';
export * from './find-nats-server.js';
export * from './find-postgres-programs.js';
export * from './free-port.js';
export { gatewayKeyFile } from './gateway-key.js';
export * from './managed-process.js';
export { processStart } from './process-identity.js';
export * from './process-record.js';
export * from './project-folder.js';
export * from './start-nats-cluster.js';
export * from './start-nats-server.js';
export * from './start-postgres.js';
export * from './start-stack.js';

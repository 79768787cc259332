/** JetStream for Nest: strategy, publisher, settlement, provisioning, service start. */
export * from './bus-message.js';
export * from './bus-module.js';
export * from './bus-publisher.js';
export * from './bus-connect-error.js';
export * from './bus.js';
export * from './consume.js';
export * from './health-server.js';
export * from './jetstream-strategy.js';
export * from './outcome.js';
export * from './provision.js';
export * from './run-service.js';
export * from './transient-error.js';

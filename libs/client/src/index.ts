/** The gateway's HTTP interface for programs. */
export * from './connect-gateway.js';
export * from './gateway-fetch.js';
export * from './gateway-problem.js';
export * from './read-records.js';

export * from './api-key-row.js';
export * from './create-api-key.js';
export * from './read-api-keys.js';
export * from './revoke-api-key.js';

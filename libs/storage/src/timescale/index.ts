/** What the database can do, and policies where it has them. */
export * from './apply-policies.js';
export * from './describe-engine.js';

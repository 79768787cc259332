export * from './coverage-claim.js';
export * from './plan-store.js';
export type { SymbologyInterval } from './symbology-store.js';

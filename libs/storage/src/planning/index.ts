export * from './batch-submissions.js';
export * from './coverage-claim.js';
export type { DatasetDay } from './dataset-days.js';
export * from './plan-store.js';
export * from './read-plan.js';
export { keepSymbology, readUnnamed } from './symbology-store.js';
export type { SymbologyInterval } from './symbology-store.js';

/** Checks of whole chunks, and what they found. */
export type { Finding, OpenInterval, OpenIntervals } from './finding.js';
export * from './read-findings.js';
export * from './run-chunk-checks.js';

export * from './metadata-symbology.js';
export * from './plan-facts.js';
export * from './rebuild-projections.js';
export type { ArchivedFacts } from './add-archived.js';
export type { Difference, TableReport } from './compare-tables.js';
export type { RebuildProblem } from './find-problems.js';

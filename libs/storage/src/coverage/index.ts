export { COVERAGE_STATES } from './coverage-row.js';
export type { CoverageQuery, CoverageRange, CoverageRow, CoverageState } from './coverage-row.js';
export { dayDate, dayFrom, dayOf } from './day-number.js';
export { readCoverage } from './read-coverage.js';
export type { CoverageAnswer, CoverageOutcome } from './read-coverage.js';

export * from './approval.js';
export * from './month-spend.js';
export * from './read-costs.js';

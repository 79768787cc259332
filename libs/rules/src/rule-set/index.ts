/** Files of rules, compiled for each schema. */
export * from './compile-rule-set.js';
export * from './rule-set.js';
export { unionOfAsked } from './rule-scope.js';
export type { AskedColumns } from './rule-scope.js';
export type { Severity } from './validation-shape.js';
export type { RuleOutcome } from '@tapeline/contracts';

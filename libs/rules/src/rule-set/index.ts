/** Files of rules, compiled for each schema. */
export * from './compile-rule-set.js';
export * from './rule-set.js';
export type { Severity } from './validation-shape.js';
export type { RuleOutcome } from '@tapeline/contracts';

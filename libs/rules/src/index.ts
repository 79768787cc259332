/** YAML rules as checked, compiled column functions. */
export * from './calendar/index.js';
export { appliesTo, chunkChecksSchema, parseShare, priceColumn } from './chunk-checks.js';
export type { ChunkCheck, ChunkCheckName, ChunkCheckOf, Share } from './chunk-checks.js';
export * from './expressions/index.js';
export * from './parse-yaml.js';
export { replaceRuleDocs } from './rule-docs.js';
export * from './rule-error.js';
export * from './rule-set/index.js';
export * from './surroundings-of.js';
export * from './transform-batch.js';
export * from './validate-batch.js';

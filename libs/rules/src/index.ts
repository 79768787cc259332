/** YAML rules as checked, compiled column functions. */
export * from './expressions/index.js';
export * from './parse-yaml.js';
export * from './rules-version.js';
export * from './transform-rules.js';
export * from './validation-rules.js';

/** Expressions over the columns of a batch, in the syntax of the Common Expression Language. */
export * from './compile-expression.js';
export * from './evaluation-context.js';
export * from './expression-error.js';
export * from './expression-scope.js';
export * from './expression.js';
export { readValue } from './node.js';
export * from './value-type.js';
export * from './vector.js';
export * from './write-column.js';

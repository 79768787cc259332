export type { AnswerField, AnswerRow } from './answer-field.js';
export type { SymbolInterval } from './disjoint-intervals.js';
export { anyHeld, heldRanges, heldSchemas } from './held-ranges.js';
export type { HeldTimeRange, Missing } from './held-ranges.js';
export type { SymbolResolution } from './resolve-symbols.js';
export type { RowCursor } from './row-cursor.js';
export * from './suggest-symbols.js';
export * from './timeseries-query.js';

export type { SymbolInterval } from './disjoint-intervals.js';
export { anyHeld, heldRanges, heldSchemas } from './held-ranges.js';
export type { HeldTimeRange, Missing } from './held-ranges.js';
export type { SymbolResolution } from './resolve-symbols.js';
export type { RecordBatch, RecordCursor } from './record-cursor.js';
export type { RowSymbols } from './symbol-names.js';
export * from './suggest-symbols.js';
export * from './timeseries-query.js';
export * from './resolve-symbology.js';

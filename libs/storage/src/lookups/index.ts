/** What is known of instruments as of a record's day, for expressions. */
export { DayLookup } from './day-lookup.js';
export type { LookupOptions } from './day-lookup.js';
export * from './definition-lookup.js';
export * from './symbology-lookup.js';

/** What is known of instruments as of a record's day, for expressions. */
export * from './record-lookups.js';
export { charCode } from './exact-sql.js';

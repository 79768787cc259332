export * from './run-sql.js';
export * from './sql-answer.js';

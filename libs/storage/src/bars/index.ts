export type { BarSource, BarWindow } from './bars-statement.js';
export * from './open-bars.js';

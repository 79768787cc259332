import type { FunctionEntry } from '../function-entry.js';
import { nullFunctions } from './null-functions.js';
import { numberFunctions } from './number-functions.js';
import { recordFunctions } from './record-functions.js';
import { textFunctions } from './text-functions.js';
import { timeFunctions } from './time-functions.js';

/** Every function of the language, in the order of the reference. */
export const FUNCTIONS: readonly FunctionEntry[] = [
  ...nullFunctions,
  ...numberFunctions,
  ...timeFunctions,
  ...recordFunctions,
  ...textFunctions,
];

/**
 * The values of one part of an expression for all rows of a batch. Arrays may be longer than the batch.
 * The `nulls` of a vector have 1 where a row is null; undefined where no row is.
 */
import type { NumberVector } from './number-vector.js';

export type Nulls = Uint8Array | undefined;

/** Truth in Kleene's order, so that AND is the smaller, OR the larger and NOT `2 − x`. */
export const FALSE = 0;
export const UNKNOWN = 1;
export const TRUE = 2;

export interface BoolVector {
  readonly kind: 'bool';
  /** FALSE, UNKNOWN or TRUE of each row. */
  readonly codes: Uint8Array;
  /** The code of every row, where it is known that all have the same. */
  readonly uniform?: number;
}

/** Fixed-width text, NUL-padded. */
export interface TextVector {
  readonly kind: 'text';
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly nulls: Nulls;
}

export type Vector = BoolVector | NumberVector | TextVector;

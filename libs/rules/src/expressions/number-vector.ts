import type { Scratch } from './scratch.js';
import { bytesIn, rangeOfHighs, rangeOfValues } from './value-range.js';
import type { ValueRange } from './value-range.js';
import type { Nulls } from './vector.js';

/** Integers of at most 53 bits as they stand in a column. Others are converted to floats when loaded. */
export type SmallArray = Uint8Array | Uint16Array | Int32Array | Uint32Array;

/** 64-bit integers as words: value `i` is `low[2i]` and `high[2i + 1]`, two views of the same memory. */
export interface Pairs {
  readonly low: Uint32Array<ArrayBuffer>;
  /** An Int32Array where the values are signed. */
  readonly high: Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
}

export const WORD = 4_294_967_296;
/** A value whose high word lies strictly between ± this fits a float exactly. */
const SAFE_HIGH = 0x20_0000;

/** The words as values, signed or not. */
export const pairsOf = (words: Uint32Array<ArrayBuffer>, isSigned: boolean): Pairs => ({
  low: words,
  high: isSigned ? new Int32Array(words.buffer, words.byteOffset, words.length) : words,
});

/** Writes an exact integer float as two words. */
export function writePair(words: Uint32Array, row: number, value: number): void {
  const high = Math.floor(value / WORD);
  words[2 * row] = value - high * WORD;
  words[2 * row + 1] = high;
}

/** Integers of up to 64 bits. The forms are made when first asked for, and kept. */
export class NumberVector {
  readonly kind = 'number';
  /** Whether it was made of 64-bit words, which may be too large for floats. */
  readonly isWide: boolean;
  #floats: Float64Array | undefined;
  #pairs: Pairs | undefined;
  #isBeyondFloats = false;
  #range: ValueRange | undefined;
  #bytes: Uint8Array | undefined;

  private constructor(
    readonly scratch: Scratch,
    readonly length: number,
    readonly nulls: Nulls,
    /** The column itself, where its integers are small. */
    readonly small: SmallArray | undefined,
    floats: Float64Array | undefined,
    pairs: Pairs | undefined,
    /** Whether no value of its kind is negative: an unsigned column, or a constant. */
    readonly isUnsigned: boolean,
  ) {
    this.#floats = floats;
    this.#pairs = pairs;
    this.isWide = pairs !== undefined;
  }

  static small(scratch: Scratch, length: number, data: SmallArray, nulls: Nulls): NumberVector {
    const isUnsigned = !(data instanceof Int32Array);
    return new NumberVector(scratch, length, nulls, data, undefined, undefined, isUnsigned);
  }

  /** Of floats that are integers of at most 2^53 − 1. */
  static floats(
    scratch: Scratch,
    length: number,
    data: Float64Array,
    nulls: Nulls,
    isUnsigned = false,
  ): NumberVector {
    return new NumberVector(scratch, length, nulls, undefined, data, undefined, isUnsigned);
  }

  static pairs(scratch: Scratch, length: number, pairs: Pairs, nulls: Nulls): NumberVector {
    const isUnsigned = !(pairs.high instanceof Int32Array);
    return new NumberVector(scratch, length, nulls, undefined, undefined, pairs, isUnsigned);
  }

  /** Every value as a float, exactly (0 where null); undefined if one is too large for that. */
  floats(): Float64Array | undefined {
    if (this.#floats || this.#isBeyondFloats) return this.#floats;
    const out = this.scratch.floats();
    if (this.small) {
      copySmall(this.small, out, this.length);
    } else if (!narrow(this.#pairs!, this.nulls, out, this.length)) {
      this.#isBeyondFloats = true;
      return undefined;
    }
    this.#floats = out;
    return out;
  }

  /** Every value as two words; signed unless the column is unsigned. */
  pairs(): Pairs {
    if (this.#pairs) return this.#pairs;
    const values = this.floats()!;
    const out = this.scratch.words();
    for (let row = 0; row < this.length; row++) writePair(out, row, values[row]!);
    this.#pairs = pairsOf(out, true);
    return this.#pairs;
  }

  /** Bounds of the values or, of a wide vector, of their high words; nulls count with what stands there. */
  range(): ValueRange {
    return (this.#range ??= this.isWide
      ? rangeOfHighs(this.#pairs!.high, this.length)
      : rangeOfValues(this.small ?? this.#floats!, this.length));
  }

  /** Of a column of bytes: 1 at each that occurs. */
  bytes(data: Uint8Array): Uint8Array {
    return (this.#bytes ??= bytesIn(data, this.length));
  }

  /** One value, whatever its size; the row must not be null. */
  at(row: number): bigint {
    const { low, high } = this.pairs();
    return (BigInt(high[2 * row + 1]!) << 32n) | BigInt(low[2 * row]!);
  }
}

function copySmall(data: SmallArray, out: Float64Array, length: number): void {
  if (data.length === length) out.set(data);
  else out.set(data.subarray(0, length));
}

function narrow({ low, high }: Pairs, nulls: Nulls, out: Float64Array, length: number): boolean {
  for (let row = 0; row < length; row++) {
    const top = high[2 * row + 1]!;
    if (top < SAFE_HIGH && top > -SAFE_HIGH) out[row] = top * WORD + low[2 * row]!;
    else if (nulls !== undefined && nulls[row] === 1) out[row] = 0;
    else return false;
  }
  return true;
}

/** 64-bit columns written as pairs of 32-bit words, low word first, without BigInt. */

const WORD = 2 ** 32;

/** Writes a whole number below 2^53, which may be negative. */
export function writeWhole(words: Uint32Array, row: number, value: number): void {
  const high = Math.floor(value / WORD);
  words[2 * row] = value - high * WORD;
  words[2 * row + 1] = high;
}

/** A time whose nanoseconds since epoch exceed the whole numbers of a double. */
export class TimeBase {
  readonly #low: number;
  readonly #high: number;

  /** @param seconds since epoch */
  constructor(seconds: number) {
    const nanoseconds = BigInt(seconds) * 1_000_000_000n;
    this.#low = Number(nanoseconds & 0xffff_ffffn);
    this.#high = Number(nanoseconds >> 32n);
  }

  /** Writes this time plus `offset` ns, a whole number that is not negative. */
  write(words: Uint32Array, row: number, offset: number): void {
    const carry = Math.floor(offset / WORD);
    const low = this.#low + (offset - carry * WORD);
    const over = low >= WORD ? 1 : 0;
    words[2 * row] = low - over * WORD;
    words[2 * row + 1] = this.#high + carry + over;
  }
}

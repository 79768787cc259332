/**
 * Buffers that are used again for the next expression or batch. They hold whatever was there before and may
 * be longer than the batch: whoever asks writes every row, and reads no further than the batch's length.
 */
export class Scratch {
  #capacity = 0;
  readonly #bytes: Uint8Array<ArrayBuffer>[] = [];
  readonly #floats: Float64Array<ArrayBuffer>[] = [];
  readonly #words: Uint32Array<ArrayBuffer>[] = [];
  #usedBytes = 0;
  #usedFloats = 0;
  #usedWords = 0;

  /** Takes all buffers back; those given out before are no longer valid. */
  reset(length: number): void {
    if (length > this.#capacity) {
      this.#capacity = length;
      for (const buffers of [this.#bytes, this.#floats, this.#words]) buffers.length = 0;
    }
    this.#usedBytes = 0;
    this.#usedFloats = 0;
    this.#usedWords = 0;
  }

  /** One byte for each row. */
  bytes(): Uint8Array<ArrayBuffer> {
    return (this.#bytes[this.#usedBytes++] ??= new Uint8Array(this.#capacity));
  }

  /** One float for each row. */
  floats(): Float64Array<ArrayBuffer> {
    return (this.#floats[this.#usedFloats++] ??= new Float64Array(this.#capacity));
  }

  /** Two 32-bit words for each row. */
  words(): Uint32Array<ArrayBuffer> {
    return (this.#words[this.#usedWords++] ??= new Uint32Array(2 * this.#capacity));
  }
}

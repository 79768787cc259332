/** Deterministic randomness: the same keys always give the same sequence, on every machine. */

/** Mixes whole numbers into 32 well-spread bits. */
export function hash(...keys: readonly number[]): number {
  let state = 0x9e37_79b9;
  for (const key of keys) {
    state = mix(state ^ mix((key | 0) + 0x85eb_ca6b));
    // The part above 32 bits, for times in seconds beyond 2106 or large ids.
    state = mix(state + Math.floor(key / 2 ** 32));
  }
  return state >>> 0;
}

function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
  return bits ^ (bits >>> 16);
}

/** A sequence of random numbers (sfc32) named by its keys. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(...keys: readonly number[]) {
    this.#a = hash(1, ...keys) | 0;
    this.#b = hash(2, ...keys) | 0;
    this.#c = hash(3, ...keys) | 0;
    for (let i = 0; i < 8; i++) this.unit();
  }

  /** In `[0, 1)`. */
  unit(): number {
    const result = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return (result >>> 0) / 2 ** 32;
  }

  /** A whole number in `[0, limit)`. */
  below(limit: number): number {
    return Math.floor(this.unit() * limit);
  }

  /** Exponential with mean 1. */
  exponential(): number {
    return -Math.log(1 - this.unit());
  }

  /** Bell-shaped with mean 0 and deviation 1, within ±3: the sum of three uniform numbers. */
  bell(): number {
    return 2 * (this.unit() + this.unit() + this.unit() - 1.5);
  }
}

import { words } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';

/** Of each record's instrument, aligned to the batch. */
export interface TickAndClass {
  readonly minPriceIncrement: BigInt64Array<ArrayBuffer>;
  readonly tickRule: Uint8Array;
  readonly instrumentClass: Uint8Array;
}

/** F, K, B, I and X: outrights, whose prices move by shares of themselves. */
const OUTRIGHTS = classes('FKBIX');
/** S and T: spreads, whose prices move by ticks around zero. */
const SPREADS = classes('ST');

function classes(letters: string): Uint8Array {
  const isOne = new Uint8Array(256);
  for (const letter of letters) isOne[letter.charCodeAt(0)] = 1;
  return isOne;
}

/**
 * Prices against their tick, and against the price before of the same instrument. Doubles are exact for prices
 * below 9 million, beyond that BigInt takes over.
 */
export class PreviousPrices {
  readonly #prices: Uint32Array;
  readonly #signed: Int32Array;
  readonly #exact: BigInt64Array;
  readonly #instruments: Uint32Array;
  readonly #ticks: Uint32Array | undefined;
  readonly #last = new Map<number, number>();

  constructor(
    batch: ColumnarBatch,
    private readonly definitions: TickAndClass | undefined,
  ) {
    this.#exact = batch.column('price') as BigInt64Array;
    const { buffer, byteOffset, length } = this.#exact;
    this.#prices = words(batch.column('price'));
    this.#signed = new Int32Array(buffer, byteOffset, 2 * length);
    this.#instruments = batch.column('instrument_id') as Uint32Array;
    this.#ticks = definitions && words(definitions.minPriceIncrement);
  }

  isOffTick(row: number): boolean {
    const { definitions } = this;
    if (!definitions || definitions.tickRule[row] !== 255) return false;
    const tick = this.#ticks![2 * row + 1]! * 2 ** 32 + this.#ticks![2 * row]!;
    const price = this.#price(row);
    if (Number.isSafeInteger(price) && tick > 0 && tick <= Number.MAX_SAFE_INTEGER) {
      return price % tick !== 0;
    }
    const step = definitions.minPriceIncrement[row]!;
    return step > 0n && step !== 2n ** 63n - 1n && this.#exact[row]! % step !== 0n;
  }

  /** 1, 2 or 3 for a jump of an outright, of a spread, or of something unknown; the price is the last one then. */
  enter(row: number): number {
    const instrument = this.#instruments[row]!;
    const before = this.#last.get(instrument);
    this.#last.set(instrument, row);
    if (before === undefined) return 0;
    const letter = this.definitions ? this.definitions.instrumentClass[row]! : 0;
    if (letter === 0) return this.#isBeyond(row, before, 2n, 1n) ? 3 : 0;
    if (OUTRIGHTS[letter] === 1) return this.#isBeyond(row, before, 10n, 1n) ? 1 : 0;
    if (SPREADS[letter] === 1) return this.#isTicksAway(row, before) ? 2 : 0;
    return 0;
  }

  #price(row: number): number {
    return this.#signed[2 * row + 1]! * 2 ** 32 + this.#prices[2 * row]!;
  }

  /** Whether the difference is more than `parts / whole` of the price before. */
  #isBeyond(row: number, before: number, whole: bigint, parts: bigint): boolean {
    const price = this.#price(row);
    const last = this.#price(before);
    if (Number.isSafeInteger(price) && Number.isSafeInteger(last)) {
      const limit = Math.trunc((Math.abs(last) * Number(parts)) / Number(whole));
      return Math.abs(price - last) > limit;
    }
    const base = this.#exact[before]!;
    const difference = this.#exact[row]! - base;
    if (!hasMagnitude(difference) || !hasMagnitude(base)) return false;
    return magnitude(difference) > (magnitude(base) * parts) / whole;
  }

  #isTicksAway(row: number, before: number): boolean {
    const tick = this.definitions!.minPriceIncrement[row]!;
    if (tick === 2n ** 63n - 1n) return false;
    const difference = this.#exact[row]! - this.#exact[before]!;
    return hasMagnitude(difference) && magnitude(difference) > tick * 100n;
  }
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** Whether the value and the same without its sign fit 64 bits: else the language has null. */
const hasMagnitude = (value: bigint): boolean => value > -(2n ** 63n) && value < 2n ** 63n;

import { words } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import type { Random } from './random.js';
import { writeWhole } from './write-words.js';

/** The best bid and ask: prices in ticks, quantities, numbers of orders. */
export interface Quote {
  bid: number;
  ask: number;
  bidSize: number;
  askSize: number;
  bidCount: number;
  askCount: number;
}

/** Draws the quantities of a quote at the given prices. */
export function drawQuote(random: Random, quote: Quote, bid: number, ask: number): void {
  quote.bid = bid;
  quote.ask = ask;
  quote.bidSize = 1 + Math.floor(40 * random.unit() * random.unit());
  quote.askSize = 1 + Math.floor(40 * random.unit() * random.unit());
  quote.bidCount = 1 + random.below(Math.min(quote.bidSize, 20));
  quote.askCount = 1 + random.below(Math.min(quote.askSize, 20));
}

export const emptyQuote = (): Quote => ({
  bid: 0,
  ask: 0,
  bidSize: 0,
  askSize: 0,
  bidCount: 0,
  askCount: 0,
});

/** The columns of the top level, ready to be written row by row. */
export class QuoteColumns {
  readonly #tick: number;
  readonly #bid: Uint32Array;
  readonly #ask: Uint32Array;
  readonly #bidSize: Uint32Array;
  readonly #askSize: Uint32Array;
  readonly #bidCount: Uint32Array;
  readonly #askCount: Uint32Array;

  constructor(batch: ColumnarBatch, tick: number) {
    this.#tick = tick;
    this.#bid = words(batch.column('bid_px_00'));
    this.#ask = words(batch.column('ask_px_00'));
    this.#bidSize = batch.column('bid_sz_00') as Uint32Array;
    this.#askSize = batch.column('ask_sz_00') as Uint32Array;
    this.#bidCount = batch.column('bid_ct_00') as Uint32Array;
    this.#askCount = batch.column('ask_ct_00') as Uint32Array;
  }

  write(row: number, quote: Quote): void {
    writeWhole(this.#bid, row, quote.bid * this.#tick);
    writeWhole(this.#ask, row, quote.ask * this.#tick);
    this.#bidSize[row] = quote.bidSize;
    this.#askSize[row] = quote.askSize;
    this.#bidCount[row] = quote.bidCount;
    this.#askCount[row] = quote.askCount;
  }
}

import { words } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import type { Quote } from './quote-columns.js';
import { hash } from './random.js';
import type { SliceTape } from './trade-columns.js';
import { writeWhole } from './write-words.js';

const LEVELS = 10;
const MOST_AT_A_PRICE = 120;

/** What rests at a price: the price itself in two words, quantity, orders. */
type Resting = readonly [low: number, high: number, size: number, count: number];

interface Side {
  /** -1 for bids, which are worse the lower they are; 1 for asks. */
  readonly step: -1 | 1;
  readonly levels: readonly { price: Uint32Array; size: Uint32Array; count: Uint32Array }[];
  /** By price in ticks. */
  readonly resting: Map<number, Resting>;
}

/** The levels below the top, one tick from each to the next. What rests at a price stays for the slice. */
export class DepthColumns {
  readonly #seed: number;
  readonly #slice: SliceTape;
  readonly #bids: Side;
  readonly #asks: Side;

  constructor(batch: ColumnarBatch, seed: number, slice: SliceTape) {
    this.#seed = seed;
    this.#slice = slice;
    const side = (name: string, step: -1 | 1): Side => ({
      step,
      levels: Array.from({ length: LEVELS - 1 }, (_, index) => ({
        price: words(batch.column(`${name}_px_0${index + 1}`)),
        size: batch.column(`${name}_sz_0${index + 1}`) as Uint32Array,
        count: batch.column(`${name}_ct_0${index + 1}`) as Uint32Array,
      })),
      resting: new Map(),
    });
    this.#bids = side('bid', -1);
    this.#asks = side('ask', 1);
  }

  write(row: number, quote: Quote): void {
    this.#writeSide(row, this.#bids, quote.bid);
    this.#writeSide(row, this.#asks, quote.ask);
  }

  #writeSide(row: number, side: Side, best: number): void {
    let price = best;
    for (const level of side.levels) {
      price += side.step;
      const resting = side.resting.get(price) ?? this.#draw(side, price);
      level.price[2 * row] = resting[0];
      level.price[2 * row + 1] = resting[1];
      level.size[row] = resting[2];
      level.count[row] = resting[3];
    }
  }

  #draw({ step, resting }: Side, price: number): Resting {
    const { instrument, start } = this.#slice;
    const drawn = hash(this.#seed, instrument.id, start, price, step);
    const size = 1 + (drawn % MOST_AT_A_PRICE);
    const count = 1 + ((drawn >>> 8) % Math.min(size, 30));
    const units = new Uint32Array(2);
    writeWhole(units, 0, price * instrument.product.tick);
    const there = [units[0]!, units[1]!, size, count] as const;
    resting.set(price, there);
    return there;
  }
}

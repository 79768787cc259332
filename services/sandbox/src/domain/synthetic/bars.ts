/** Bars computed from tapes. */
import { ColumnarBatch, SCHEMAS, words } from '@tapeline/records';
import type { SliceTape } from './trade-columns.js';
import { TimeBase, writeWhole } from './write-words.js';

/** Seconds of a bar by schema. */
export const BAR_SECONDS = {
  'ohlcv-1s': 1,
  'ohlcv-1m': 60,
  'ohlcv-1h': 3_600,
  'ohlcv-1d': 86_400,
} as const;
export type BarSchema = keyof typeof BAR_SECONDS;

export const isBarSchema = (name: string): name is BarSchema => Object.hasOwn(BAR_SECONDS, name);

/** One bar for the whole session, whichever days it touches. */
export const SESSION_BAR = 'ohlcv-eod';

const SECOND = 1e9;

/** Bars of consecutive slices of one instrument. Prices in ticks, starts in seconds since epoch. */
export class BarBuilder {
  readonly #seconds: number;
  readonly #starts: number[] = [];
  readonly #open: number[] = [];
  readonly #high: number[] = [];
  readonly #low: number[] = [];
  readonly #close: number[] = [];
  readonly #volume: number[] = [];

  /** @param sessionStart where the one bar of a session begins. */
  constructor(
    readonly schema: BarSchema | typeof SESSION_BAR,
    private readonly sessionStart = 0,
  ) {
    this.#seconds = schema === SESSION_BAR ? Infinity : BAR_SECONDS[schema];
  }

  add({ tape, start }: SliceTape): void {
    let bar = this.#starts.length - 1;
    let end = bar < 0 ? -Infinity : this.#starts[bar]! + this.#seconds;
    for (let i = 0; i < tape.count; i++) {
      const price = tape.price[i]!;
      // Capture and event are in the same second, so that bars are the same by either.
      const second = start + Math.floor(tape.captured[i]! / SECOND);
      if (second >= end) {
        bar += 1;
        const first =
          this.#seconds === Infinity ? this.sessionStart : second - (second % this.#seconds);
        end = first + this.#seconds;
        this.#starts.push(first);
        this.#open.push(price);
        this.#high.push(price);
        this.#low.push(price);
        this.#close.push(price);
        this.#volume.push(0);
      }
      if (price > this.#high[bar]!) this.#high[bar] = price;
      if (price < this.#low[bar]!) this.#low[bar] = price;
      this.#close[bar] = price;
      this.#volume[bar]! += tape.size[i]!;
    }
  }

  build(publisherId: number, instrumentId: number, tick: number): ColumnarBatch {
    const batch = ColumnarBatch.allocate(SCHEMAS[this.schema], this.#starts.length);
    const times = words(batch.column('ts_event'));
    this.#starts.forEach((start, row) => new TimeBase(start).write(times, row, 0));
    const prices = { open: this.#open, high: this.#high, low: this.#low, close: this.#close };
    for (const [name, ticks] of Object.entries(prices)) {
      const column = words(batch.column(name));
      ticks.forEach((value, row) => writeWhole(column, row, value * tick));
    }
    const volume = words(batch.column('volume'));
    this.#volume.forEach((value, row) => writeWhole(volume, row, value));
    (batch.column('publisher_id') as Uint16Array).fill(publisherId);
    (batch.column('instrument_id') as Uint32Array).fill(instrumentId);
    return batch;
  }
}

import { words } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import type { Tape } from './generate-tape.js';
import type { Instrument } from './instruments.js';
import { TimeBase, writeWhole } from './write-words.js';

/** One instrument's trades in one slice, with what their records also need. */
export interface SliceTape {
  readonly instrument: Instrument;
  readonly publisherId: number;
  /** Start of the slice, seconds since epoch. */
  readonly start: number;
  /** Each trade reserves {@link SEQUENCES_PER_TRADE} of the venue's message numbers from here on. */
  readonly firstSequence: number;
  readonly tape: Tape;
}

/** Up to three changes of the quote, then the trade. */
export const SEQUENCES_PER_TRADE = 4;

export const BID = 66;
export const ASK = 65;
const TRADE = 84;
/** Last record of its venue event. */
export const LAST = 128;

/** The columns that trades, tbbo, mbp-1 and mbp-10 have in common, ready to be written row by row. */
export class TradeColumns {
  readonly #base: TimeBase;
  readonly #tick: number;
  readonly #received: Uint32Array;
  readonly #occurred: Uint32Array;
  readonly #price: Uint32Array;
  readonly #size: Uint32Array;
  readonly #action: Uint8Array;
  readonly #side: Uint8Array;
  readonly #flags: Uint8Array;
  readonly #delta: Int32Array;
  readonly #sequence: Uint32Array;

  constructor(batch: ColumnarBatch, { instrument, publisherId, start }: SliceTape) {
    this.#base = new TimeBase(start);
    this.#tick = instrument.product.tick;
    this.#received = words(batch.column('ts_recv'));
    this.#occurred = words(batch.column('ts_event'));
    this.#price = words(batch.column('price'));
    this.#size = batch.column('size') as Uint32Array;
    this.#action = batch.column('action') as Uint8Array;
    this.#side = batch.column('side') as Uint8Array;
    this.#flags = batch.column('flags') as Uint8Array;
    this.#delta = batch.column('ts_in_delta') as Int32Array;
    this.#sequence = batch.column('sequence') as Uint32Array;
    (batch.column('publisher_id') as Uint16Array).fill(publisherId);
    (batch.column('instrument_id') as Uint32Array).fill(instrument.id);
  }

  /** Writes trade `i` of the tape at `row`. */
  trade(row: number, { tape, firstSequence }: SliceTape, i: number): void {
    const last = i + 1 === tape.count || tape.first[i + 1] === i + 1;
    this.event(row, tape.captured[i]!, tape.occurred[i]!, tape.price[i]!, tape.size[i]!);
    this.message(row, TRADE, tape.buy[i] === 1 ? BID : ASK, last ? LAST : 0);
    this.sequence(row, firstSequence + SEQUENCES_PER_TRADE * (tape.first[i]! + 1) - 1);
  }

  /** Times in ns from the slice's start, price in ticks. */
  event(row: number, captured: number, occurred: number, price: number, size: number): void {
    this.#base.write(this.#received, row, captured);
    this.#base.write(this.#occurred, row, occurred);
    // The venue sends two thirds of the way between event and capture.
    this.#delta[row] = Math.ceil((captured - occurred) / 3);
    writeWhole(this.#price, row, price * this.#tick);
    this.#size[row] = size;
  }

  message(row: number, action: number, side: number, flags: number): void {
    this.#action[row] = action;
    this.#side[row] = side;
    this.#flags[row] = flags;
  }

  /** The venue's message number. */
  sequence(row: number, number: number): void {
    this.#sequence[row] = number;
  }
}

import type { ColumnarBatch, RecordDescription } from '@tapeline/records';
import { InstrumentSlots } from './instrument-slots.js';
import { NumberVector, pairsOf } from './number-vector.js';
import type { Scratch } from './scratch.js';

/** The last value of each instrument of one expression, by the instrument's slot. */
interface Carried {
  words: Uint32Array<ArrayBuffer>;
  /** 1 where the slot has a value that is not null. */
  known: Uint8Array<ArrayBuffer>;
}

/** Which record came before, per instrument, across the batches of a chunk. */
export class PreviousRecords {
  readonly #slots = new InstrumentSlots();
  readonly #carried = new Map<string, Carried>();
  /** Of each row: the row before it of its instrument, or −1 − slot where that is in an earlier batch. */
  #before = new Int32Array(0);
  /** The last row of each slot in this batch, −1 if it has none. */
  #last = new Int32Array(0);
  #batch: ColumnarBatch<RecordDescription> | undefined;
  #isLinked = false;

  /** Begins a batch. Its records are linked only once somebody asks. */
  enter(batch: ColumnarBatch<RecordDescription>): void {
    this.#batch = batch;
    this.#isLinked = false;
  }

  /** `vector` moved on by one record of the same instrument; keeps the last values under `key`. */
  shift(key: string, vector: NumberVector, scratch: Scratch): NumberVector {
    this.#link();
    const { low: from, high } = vector.pairs();
    const { words, known } = this.#carriedOf(key);
    const out = scratch.words();
    const nulls = scratch.bytes();
    const before = this.#before;
    const isNull = vector.nulls;
    for (let row = 0; row < vector.length; row++) {
      const source = before[row]!;
      if (source >= 0) {
        out[2 * row] = from[2 * source]!;
        out[2 * row + 1] = from[2 * source + 1]!;
        nulls[row] = isNull === undefined ? 0 : isNull[source]!;
      } else {
        const slot = -1 - source;
        out[2 * row] = words[2 * slot]!;
        out[2 * row + 1] = words[2 * slot + 1]!;
        nulls[row] = 1 - known[slot]!;
      }
    }
    for (let slot = 0; slot < this.#slots.size; slot++) {
      const row = this.#last[slot]!;
      if (row < 0) continue;
      words[2 * slot] = from[2 * row]!;
      words[2 * slot + 1] = from[2 * row + 1]!;
      known[slot] = isNull?.[row] ? 0 : 1;
    }
    const pairs = pairsOf(out, high instanceof Int32Array);
    return NumberVector.pairs(scratch, vector.length, pairs, nulls);
  }

  #carriedOf(key: string): Carried {
    const size = this.#last.length;
    let carried = this.#carried.get(key);
    if (!carried) {
      carried = { words: new Uint32Array(2 * size), known: new Uint8Array(size) };
      this.#carried.set(key, carried);
    } else if (carried.known.length < size) {
      const words = new Uint32Array(2 * size);
      words.set(carried.words);
      const known = new Uint8Array(size);
      known.set(carried.known);
      Object.assign(carried, { words, known });
    }
    return carried;
  }

  #link(): void {
    if (this.#isLinked) return;
    this.#isLinked = true;
    const ids = this.#batch!.column('instrument_id') as Uint32Array;
    if (this.#before.length < ids.length) this.#before = new Int32Array(ids.length);
    this.#last.fill(-1);
    let last = this.#last;
    const before = this.#before;
    for (let row = 0; row < ids.length; row++) {
      const slot = this.#slots.slotOf(ids[row]!);
      if (slot >= last.length) last = this.#grow(slot);
      const previous = last[slot]!;
      before[row] = previous < 0 ? -1 - slot : previous;
      last[slot] = row;
    }
  }

  #grow(slot: number): Int32Array<ArrayBuffer> {
    const grown = new Int32Array(Math.max(64, 2 * slot)).fill(-1);
    grown.set(this.#last);
    return (this.#last = grown);
  }
}

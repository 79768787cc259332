import type {
  ColumnarBatch,
  ColumnData,
  ColumnDescription,
  RecordDescription,
} from '@tapeline/records';
import type { NumberVector } from './number-vector.js';
import { PreviousRecords } from './previous-records.js';
import { Scratch } from './scratch.js';
import type { BoolVector, Nulls, Vector } from './vector.js';

/** Tells the trading session of times: 0 closed, 1 outside regular hours, 2 regular hours. */
export interface SessionLookup {
  /** @param times ns since epoch. @param nulls 1 where a row has no time. */
  sessionCodes(times: BigUint64Array<ArrayBuffer>, nulls?: Uint8Array): Uint8Array;
}

/** Values from elsewhere that belong to the records of a batch, such as definitions as of the record's date. */
export interface ColumnLookup {
  /** One value for each record of the batch; `unknown` has 1 where there is none. */
  column(
    column: ColumnDescription,
    batch: ColumnarBatch<RecordDescription>,
  ): { readonly data: ColumnData; readonly unknown?: Uint8Array };
}

/** By the name that stands before the dot: `definition.min_price_increment`. Absent ones give nulls. */
export type Lookups = Readonly<Record<string, ColumnLookup>>;

export interface Surroundings {
  /** The calendar of the records' market; without one every session is null. */
  readonly calendar?: SessionLookup;
  readonly lookups?: Lookups;
}

/**
 * What expressions need beside a batch: calendar, look-ups, reusable memory, and the last record of each
 * instrument. One context goes with one chunk, whose batches come each once and in order; every expression is
 * evaluated for each of them. A batch from which records were taken out is another batch: it needs another context.
 * A vector is valid until the next expression is evaluated.
 */
export class EvaluationContext {
  surroundings: Surroundings;
  /** Rows of the current batch. */
  length = 0;
  /** Memory of the current expression, or of the batch while something shared is computed. */
  scratch = new Scratch();
  previous = new PreviousRecords();
  readonly #constants = new Map<string, NumberVector>();
  readonly #shared = new Map<string, Vector>();
  readonly #batchScratch = new Scratch();
  readonly #uniform: BoolVector[] = [];
  #batch: ColumnarBatch<RecordDescription> | undefined;

  constructor(surroundings: Surroundings = {}) {
    this.surroundings = surroundings;
  }

  /** Forgets all records: what is entered next is the beginning of another chunk. Its memory is used again. */
  restart(surroundings: Surroundings = this.surroundings): void {
    this.surroundings = surroundings;
    this.previous = new PreviousRecords();
    this.#batch = undefined;
  }

  /** A context of one row without columns, in which constants are folded. */
  static ofOneRow(): EvaluationContext {
    const context = new EvaluationContext();
    context.length = 1;
    context.scratch.reset(1);
    context.#batchScratch.reset(1);
    return context;
  }

  get batch(): ColumnarBatch<RecordDescription> {
    if (!this.#batch) throw new Error('a constant refers to a column');
    return this.#batch;
  }

  /** Begins an expression. */
  enter(batch: ColumnarBatch<RecordDescription>): void {
    this.scratch.reset(batch.length);
    if (batch === this.#batch) return;
    this.#batch = batch;
    this.length = batch.length;
    this.#shared.clear();
    this.#batchScratch.reset(batch.length);
    this.previous.enter(batch);
  }

  /** The vector under `key`, computed once for a batch. */
  share<V extends Vector>(key: string, compute: () => V): V {
    const known = this.#shared.get(key);
    if (known) return known as V;
    const outer = this.scratch;
    this.scratch = this.#batchScratch;
    try {
      const vector = compute();
      this.#shared.set(key, vector);
      return vector;
    } finally {
      this.scratch = outer;
    }
  }

  /** A number in every row, made once for all batches of a length. */
  constant(key: string, make: (scratch: Scratch, length: number) => NumberVector): NumberVector {
    const known = this.#constants.get(key);
    if (known?.length === this.length) return known;
    const scratch = new Scratch();
    scratch.reset(this.length);
    const vector = make(scratch, this.length);
    this.#constants.set(key, vector);
    return vector;
  }

  /** One truth in every row. */
  uniform(code: number): BoolVector {
    const known = this.#uniform[code];
    if (known && known.codes.length >= this.length) return known;
    const codes = new Uint8Array(this.length).fill(code);
    return (this.#uniform[code] = { kind: 'bool', codes, uniform: code });
  }

  /** Nulls of a row if either side is null. */
  eitherNull(a: Nulls, b: Nulls): Nulls {
    if (!a || !b || a === b) return a ?? b;
    const out = this.scratch.bytes();
    for (let row = 0; row < this.length; row++) out[row] = a[row]! | b[row]!;
    return out;
  }

  /** A copy that may be written, all 0 if there are no nulls. */
  ownNulls(nulls: Nulls): Uint8Array {
    const out = this.scratch.bytes();
    if (nulls) out.set(nulls.subarray(0, this.length));
    else out.fill(0, 0, this.length);
    return out;
  }
}

import { allocateColumn } from '@tapeline/records';
import type {
  ColumnarBatch,
  ColumnData,
  ColumnDescription,
  RecordDescription,
} from '@tapeline/records';
import type { ColumnLookup } from '@tapeline/rules';
import { instrumentDays, NO_DAY } from './instrument-days.js';
import type { InstrumentDay, InstrumentDays } from './instrument-days.js';
import { RecentValues } from './recent-values.js';

export interface LookupOptions {
  /** Most instruments and days that are remembered; 20,000 by default. */
  readonly most?: number;
  /** Milliseconds for which they are; 60,000 by default. What arrives later is seen after that. */
  readonly lifetime?: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** One value in the form of its column: bytes of a string, bigint in 64-bit columns, else number. */
export type StoredValue = bigint | number | Uint8Array;

/** By name of the column; undefined where nothing is known of the instrument on the day. */
export type StoredRecord = ReadonlyMap<string, StoredValue> | undefined;

/** Reads records in one query, in the order of the pairs. Days are UTC days since epoch. */
export type ReadRecords = (
  dataset: string,
  instrumentIds: readonly number[],
  days: readonly number[],
) => Promise<StoredRecord[]>;

/** Values of instruments as of a record's UTC day, for the records of a batch. */
export class DayLookup {
  readonly #recent: RecentValues<StoredRecord>;

  constructor(
    private readonly read: ReadRecords,
    { most = 20_000, lifetime = 60_000, now = () => performance.now() }: LookupOptions = {},
  ) {
    this.#recent = new RecentValues(most, lifetime, now);
  }

  /** Instruments and days remembered. */
  get size(): number {
    return this.#recent.size;
  }

  /**
   * The look-up of one batch, and of batches taken from it. What is not remembered is read in one query; none is
   * made if everything is.
   * @throws the database's error.
   */
  async forBatch(dataset: string, batch: ColumnarBatch<RecordDescription>): Promise<ColumnLookup> {
    const present = instrumentDays(batch);
    const records = new Map<string, StoredRecord>();
    const missing: InstrumentDay[] = [];
    for (const pair of present.pairs) {
      const known = this.#recent.get(`${dataset} ${keyOf(pair)}`);
      if (known) records.set(keyOf(pair), known.value);
      else missing.push(pair);
    }
    if (missing.length > 0) {
      const found = await this.read(
        dataset,
        missing.map(({ instrumentId }) => instrumentId),
        missing.map(({ day }) => day),
      );
      missing.forEach((pair, index) => {
        records.set(keyOf(pair), found[index]);
        this.#recent.set(`${dataset} ${keyOf(pair)}`, found[index]);
      });
    }
    const lookup = new BatchLookup(records);
    lookup.enter(batch, present);
    return lookup;
  }
}

const keyOf = ({ day, instrumentId }: InstrumentDay): string => `${day} ${instrumentId}`;

/** Columns are made when an expression asks for them, once for each batch in turn. */
class BatchLookup implements ColumnLookup {
  #batch: ColumnarBatch<RecordDescription> | undefined;
  #slots: Uint32Array = new Uint32Array();
  #records: readonly StoredRecord[] = [];
  readonly #made = new Map<string, ReturnType<ColumnLookup['column']>>();

  constructor(private readonly known: ReadonlyMap<string, StoredRecord>) {}

  /** Of instruments and days that were not in the batch that it was made for nothing is known. */
  column(
    column: ColumnDescription,
    batch: ColumnarBatch<RecordDescription>,
  ): ReturnType<ColumnLookup['column']> {
    if (batch !== this.#batch) this.enter(batch, instrumentDays(batch));
    const made = this.#made.get(column.name);
    if (made) return made;
    const values = gather(column, this.#records, this.#slots);
    this.#made.set(column.name, values);
    return values;
  }

  /** Turns to a batch, whose instruments and days are given. */
  enter(batch: ColumnarBatch<RecordDescription>, { pairs, slots }: InstrumentDays): void {
    this.#batch = batch;
    this.#slots = slots;
    this.#records = pairs.map((pair) => this.known.get(keyOf(pair)));
    this.#made.clear();
  }
}

function gather(
  column: ColumnDescription,
  records: readonly StoredRecord[],
  slots: Uint32Array,
): { readonly data: ColumnData; readonly unknown?: Uint8Array } {
  const data = allocateColumn(column, slots.length);
  const bySlot = records.map((record) => record?.get(column.name));
  let unknown: Uint8Array | undefined;
  for (let row = 0; row < slots.length; row++) {
    const slot = slots[row]!;
    const value = slot === NO_DAY ? undefined : bySlot[slot];
    if (value === undefined) (unknown ??= new Uint8Array(slots.length))[row] = 1;
    else if (value instanceof Uint8Array) (data as Uint8Array).set(value, row * column.width);
    else (data as (bigint | number)[] & ColumnData)[row] = value;
  }
  return unknown ? { data, unknown } : { data };
}

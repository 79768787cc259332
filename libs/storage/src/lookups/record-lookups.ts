import type { ColumnarBatch, RecordDescription } from '@tapeline/records';
import type { AskedColumns, ColumnLookup, Lookups } from '@tapeline/rules';
import type { Storage } from '../storage.js';
import type { DayLookup } from './day-lookup.js';
import { definitionLookup } from './definition-lookup.js';
import { symbologyLookup } from './symbology-lookup.js';

/** What rules ask of definitions and symbology as of each record's day, and nothing besides. */
export class RecordLookups {
  /** By look-up and columns. */
  readonly #lookups = new Map<string, DayLookup>();

  constructor(private readonly storage: Storage) {}

  /**
   * The look-ups that rules ask of a batch, for it and batches taken from it. No query is made where nothing is asked.
   * @throws the database's error.
   */
  async forBatch(
    dataset: string,
    batch: ColumnarBatch<RecordDescription>,
    asked: AskedColumns,
  ): Promise<Lookups> {
    const entries = await Promise.all(
      Object.entries(asked).map(async ([name, columns]): Promise<[string, ColumnLookup]> => {
        const lookup = this.#open(name, columns);
        return [name, await lookup.forBatch(dataset, batch)];
      }),
    );
    return Object.fromEntries(entries);
  }

  #open(name: string, columns: readonly string[]): DayLookup {
    const key = `${name}: ${columns.join(' ')}`;
    const known = this.#lookups.get(key);
    if (known) return known;
    const opened =
      name === 'definition'
        ? definitionLookup(this.storage, { columns })
        : symbologyLookup(this.storage);
    this.#lookups.set(key, opened);
    return opened;
  }
}

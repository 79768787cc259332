import { ColumnarBatch, ORDINAL } from '@tapeline/records';
import type { ColumnData, DbnVersion, RecordDescription } from '@tapeline/records';
import { readColumns, readOneColumn } from './decode-records.js';
import { blockRecords } from './raw-records.js';
import type { RawRecords } from './raw-records.js';
import { recordObjects } from './record-objects.js';
import type { DbnRecord } from './record-objects.js';
import type { RecordBlock } from './record-block.js';

/**
 * Consecutive records of one kind, decoded column by column when a column is asked for. It may view the
 * memory that was pushed: read the columns before overwriting that.
 */
export class DbnBatch {
  readonly #records: RawRecords;
  readonly #columns = new Map<string, ColumnData>();

  /**
   * @param description of the block's rtype; what the columns are to be: canonical, `asIs`, `withTsOut`.
   * @param version of the source.
   * @throws DbnCorruptError wrong_record if the records do not fit them.
   */
  constructor(
    readonly description: RecordDescription,
    readonly version: DbnVersion,
    readonly block: RecordBlock,
  ) {
    this.#records = blockRecords(description, version, block);
  }

  /** Records in the batch. */
  get length(): number {
    return this.block.count;
  }

  /** Position of the first record in its stream, from 0. */
  get firstIndex(): number {
    return this.block.firstIndex;
  }

  /** The record type byte, as in the source. */
  get rtype(): number {
    return this.block.rtype;
  }

  /**
   * The values of one column, 64-bit ones as BigInt arrays, text as bytes padded to the column's width.
   * The same array each time.
   * @throws Error if the records have no such column; DbnCorruptError bad_string.
   */
  column(name: string): ColumnData {
    const known = this.#columns.get(name);
    if (known) return known;
    const data =
      name === ORDINAL
        ? this.columns().ordinals()
        : readOneColumn(this.description, name, this.version, this.#records);
    this.#columns.set(name, data);
    return data;
  }

  /** All columns. Ordinals are positions in the stream, modulo 2^32. @throws DbnCorruptError bad_string */
  columns(): ColumnarBatch<RecordDescription> {
    return readColumns(this.description, this.version, this.#records, this.firstIndex);
  }

  /** The records as plain objects, one at a time. @throws DbnCorruptError bad_string */
  records(): Generator<DbnRecord> {
    return recordObjects(this.columns());
  }
}

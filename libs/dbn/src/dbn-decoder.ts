import { asIs, describeRecord, describeUpgraded, withTsOut } from '@tapeline/records';
import type { RecordDescription } from '@tapeline/records';
import { DbnBatch } from './dbn-batch.js';
import { DbnUnsupportedError } from './dbn-error.js';
import type { DbnMetadata } from './metadata.js';
import { RecordSplitter } from './record-splitter.js';
import type { RecordBlock } from './record-block.js';
import type { SplitterOptions } from './record-splitter.js';

export interface DecoderOptions extends SplitterOptions {
  /**
   * `v3` gives records of older versions the fields, types and "not set" values of version 3; `as-is` gives
   * each version its own, reserved bytes included. The default is `v3`.
   */
  readonly upgrade?: 'v3' | 'as-is';
  /** What to do with records of a kind that nobody described: the default is to refuse them. */
  readonly unknownRecords?: 'refuse' | 'skip';
}

/**
 * DBN pushed in pieces of any size, out as batches of one kind of record each. The same input gives the same
 * records and the same error however it is cut: records before a fault leave first, the fault is thrown by
 * the next call, and by every later one.
 */
export class DbnDecoder {
  readonly #splitter: RecordSplitter;
  readonly #options: DecoderOptions;
  readonly #skipped = new Map<number, number>();
  /** By rtype; undefined for unknown ones. */
  readonly #descriptions = new Map<number, RecordDescription | undefined>();
  #failure: unknown;

  constructor(options: DecoderOptions = {}) {
    this.#splitter = new RecordSplitter(options);
    this.#options = options;
  }

  /** Of the source's version. Undefined until they have arrived as a whole. */
  get metadata(): DbnMetadata | undefined {
    return this.#splitter.metadata;
  }

  /** Records of unknown kinds that were left out, by rtype. */
  get skipped(): ReadonlyMap<number, number> {
    return this.#skipped;
  }

  /**
   * Takes the next bytes and gives the records they complete.
   * @throws DbnError if the input is no DBN, or of a kind that the options refuse.
   */
  push(bytes: Uint8Array): DbnBatch[] {
    if (this.#failure !== undefined) throw this.#failure;
    const batches: DbnBatch[] = [];
    try {
      for (const block of this.#splitter.push(bytes)) {
        const description = this.#describe(block);
        if (description)
          batches.push(new DbnBatch(description, this.#splitter.metadata!.version, block));
      }
    } catch (error) {
      this.#failure = error;
      if (batches.length === 0) throw error;
    }
    return batches;
  }

  /** Declares the end of the input. @throws DbnTruncatedError if it is inside something. */
  finish(): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#splitter.finish();
  }

  /** Undefined for records to leave out. */
  #describe({ rtype, count, firstIndex, offset }: RecordBlock): RecordDescription | undefined {
    if (!this.#descriptions.has(rtype)) this.#descriptions.set(rtype, this.#lookUp(rtype));
    const description = this.#descriptions.get(rtype);
    if (description) return description;
    if (this.#options.unknownRecords !== 'skip') {
      throw new DbnUnsupportedError(
        'unknown_rtype',
        `record ${firstIndex} at byte ${offset} has the unknown rtype ${rtype}; skip unknown records, or ` +
          'use a version that knows them',
        { offset, recordIndex: firstIndex, rtype },
      );
    }
    this.#skipped.set(rtype, (this.#skipped.get(rtype) ?? 0) + count);
    return undefined;
  }

  #lookUp(rtype: number): RecordDescription | undefined {
    const { schema, tsOut, version } = this.metadata as DbnMetadata;
    const isAsIs = this.#options.upgrade === 'as-is';
    const kind = isAsIs ? describeRecord(rtype, schema) : describeUpgraded(rtype, schema);
    if (!kind) return undefined;
    const versioned = isAsIs ? asIs(kind, version) : kind;
    return tsOut ? withTsOut(versioned) : versioned;
  }
}

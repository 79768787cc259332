import type { DbnVersion } from '@tapeline/records';
import { DbnCorruptError, DbnTruncatedError } from './dbn-error.js';
import {
  DATASET_BYTES,
  FIXED_BYTES,
  layoutOf,
  NO_SCHEMA,
  PRELUDE_BYTES,
  readPrelude,
  SYMBOL_WIDTH_OFFSET,
  U64_MAX,
} from './metadata.js';
import type { DbnMetadata, SymbolMapping } from './metadata.js';
import { stypeName } from './stypes.js';

/**
 * The metadata at the start of `bytes`, which begin with the prelude; what follows them is ignored.
 * @throws DbnError if they are no DBN metadata, or incomplete.
 */
export function decodeMetadata(bytes: Uint8Array): DbnMetadata {
  const { version, size } = readPrelude(bytes);
  if (bytes.length < size) {
    throw new DbnTruncatedError(
      'truncated',
      `the metadata take ${size} bytes, but the input ends after ${bytes.length}; fetch it again`,
      { offset: bytes.length },
    );
  }
  const reader = new MetadataReader(bytes.subarray(0, size), version);
  const fixed = reader.fixed();
  const symbols = reader.symbols();
  const partial = reader.symbols();
  const notFound = reader.symbols();
  return { version, ...fixed, symbols, partial, notFound, mappings: reader.mappings() };
}

class MetadataReader {
  readonly #view: DataView;
  readonly #text: Buffer;
  readonly #version: DbnVersion;
  readonly #stypeIn: number;
  readonly #width: number;
  #position = PRELUDE_BYTES + FIXED_BYTES;

  constructor(bytes: Uint8Array, version: DbnVersion) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const layout = layoutOf(version);
    this.#version = version;
    this.#stypeIn = layout.stypeIn;
    this.#width =
      version === 1 ? layout.symbolWidth : this.#view.getUint16(SYMBOL_WIDTH_OFFSET, true);
    if (this.#width === 0) throw bad('symbols are 0 bytes wide', SYMBOL_WIDTH_OFFSET);
    const definitionLength = this.#u32('the schema definition');
    if (definitionLength !== 0) {
      throw bad('embedded schema definitions are not supported', this.#position - 4);
    }
  }

  fixed() {
    const view = this.#view;
    const schema = view.getUint16(24, true);
    const end = view.getBigUint64(34, true);
    const limit = view.getBigUint64(42, true);
    const recordCount = view.getBigUint64(50, true);
    const dataset = this.#text.toString('latin1', PRELUDE_BYTES, PRELUDE_BYTES + DATASET_BYTES);
    return {
      dataset: dataset.split('\0', 1)[0] as string,
      schema: schema === NO_SCHEMA ? null : schema,
      start: view.getBigUint64(26, true),
      end: end === U64_MAX ? null : end,
      limit: limit === 0n ? null : limit,
      ...(this.#version === 1 && recordCount !== U64_MAX && { recordCount }),
      stypeIn: stypeName(view.getUint8(this.#stypeIn)),
      stypeOut: stypeName(view.getUint8(this.#stypeIn + 1)),
      tsOut: view.getUint8(this.#stypeIn + 2) !== 0,
    };
  }

  symbols(): string[] {
    const count = this.#count(this.#width, 'symbols');
    return Array.from({ length: count }, () => this.#symbol());
  }

  mappings(): SymbolMapping[] {
    const count = this.#count(this.#width + 4, 'mappings');
    return Array.from({ length: count }, () => {
      this.#require(this.#width, 'a mapping');
      const rawSymbol = this.#symbol();
      const intervals = this.#count(8 + this.#width, `intervals of ${rawSymbol}`);
      return {
        rawSymbol,
        intervals: Array.from({ length: intervals }, () => ({
          startDate: this.#date(),
          endDate: this.#date(),
          symbol: this.#symbol(),
        })),
      };
    });
  }

  /** Nothing is allocated for a count before as many entries are known to be there. */
  #count(entryBytes: number, what: string): number {
    const count = this.#u32(`the number of ${what}`);
    this.#require(count * entryBytes, `${count} ${what}`);
    return count;
  }

  #require(bytes: number, what: string): void {
    const left = this.#text.length - this.#position;
    if (bytes > left) {
      throw bad(`${what} need ${bytes} bytes where ${left} are left`, this.#position);
    }
  }

  #u32(what: string): number {
    this.#require(4, what);
    const value = this.#view.getUint32(this.#position, true);
    this.#position += 4;
    return value;
  }

  #symbol(): string {
    const start = this.#position;
    this.#position += this.#width;
    const end = this.#text.indexOf(0, start);
    if (end < 0 || end >= this.#position) throw bad('a symbol has no terminating NUL', start);
    return this.#text.toString('latin1', start, end);
  }

  /** Dates are decimal-coded integers: 20240701. */
  #date(): string {
    const value = this.#u32('a date');
    const month = Math.floor(value / 100) % 100;
    const day = value % 100;
    if (
      value < 1000_01_01 ||
      value > 9999_12_31 ||
      month < 1 ||
      month > 12 ||
      day < 1 ||
      day > 31
    ) {
      throw bad(`${value} is no date of the form YYYYMMDD`, this.#position - 4);
    }
    const digits = String(value).padStart(8, '0');
    return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  }
}

const bad = (what: string, offset: number): DbnCorruptError =>
  new DbnCorruptError('bad_metadata', `metadata at byte ${offset}: ${what}; the input is corrupt`, {
    offset,
  });

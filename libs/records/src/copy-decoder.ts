/**
 * Batches from PostgreSQL's binary COPY format, as `COPY (SELECT …) TO STDOUT (FORMAT binary)` sends it: the way
 * back of copy-binary. A row is parsed field by field into the columns, without an object or a BigInt for it.
 */
import { ColumnarBatch, words } from './columnar-batch.js';
import type { ColumnData } from './columnar-batch.js';
import type { ColumnDescription, SchemaDescription } from './schema-description.js';
import { quoteIdentifier, tableColumns } from './table.js';
import type { TableColumn } from './table.js';

/** Signature, flags, and length of an extension, which PostgreSQL leaves empty. */
const HEADER_BYTES = 19;
const PG_EPOCH_US = 946_684_800_000_000;
const TWO_32 = 0x1_0000_0000;

/** Puts one field of a row into its column; `at` is where its value begins, `length` -1 for null. */
type FieldReader = (view: DataView, at: number, length: number, row: number) => void;

/** The columns of a table that a decoder of its schema expects, in their order, as an SQL list of alias `t`. */
export const copyOutList = (schema: SchemaDescription): string =>
  storedColumns(schema)
    .map(({ name }) => `t.${quoteIdentifier(name)}`)
    .join(', ');

const storedColumns = (schema: SchemaDescription): readonly TableColumn[] =>
  tableColumns(schema).filter(({ source }) => source.kind !== 'dataset');

/** A COPY stream that is not what was asked for. */
export class CopyFormatError extends Error {
  override readonly name = 'CopyFormatError';
}

/** Decodes one COPY stream, which may come in any pieces. */
export class CopyDecoder {
  readonly #fields: number;
  #rest: Uint8Array = new Uint8Array(0);
  #isBegun = false;
  #isEnded = false;
  #batch: Filling;

  /** @param batchRows rows of each batch but the last. */
  constructor(
    private readonly schema: SchemaDescription,
    private readonly batchRows = 8_192,
  ) {
    this.#fields = storedColumns(schema).length;
    this.#batch = new Filling(schema, batchRows);
  }

  /** Takes the next piece; yields the batches that it completes. @throws CopyFormatError */
  *push(piece: Uint8Array): Generator<ColumnarBatch> {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    if (!this.#isBegun && bytes.length >= HEADER_BYTES) {
      this.#isBegun = true;
      at = HEADER_BYTES;
    }
    while (this.#isBegun && !this.#isEnded) {
      const end = this.#row(view, at);
      if (end === undefined) break;
      at = end;
      if (!this.#batch.isFull) continue;
      yield this.#batch.take();
      this.#batch = new Filling(this.schema, this.batchRows);
    }
    this.#rest = bytes.subarray(at);
  }

  /** The rows of the last batch, if there are any. @throws CopyFormatError if the stream has been cut. */
  finish(): ColumnarBatch | undefined {
    if (!this.#isEnded) throw new CopyFormatError('the rows from the database were cut');
    return this.#batch.length > 0 ? this.#batch.take() : undefined;
  }

  /** Reads one row; @returns where the next begins, undefined if it is not all there. */
  #row(view: DataView, start: number): number | undefined {
    if (start + 2 > view.byteLength) return undefined;
    const fields = view.getInt16(start);
    if (fields === -1) {
      this.#isEnded = true;
      return start + 2;
    }
    if (fields !== this.#fields) {
      throw new CopyFormatError(`a row has ${fields} fields, not ${this.#fields}`);
    }
    let at = start + 2;
    // Twice: a row that is cut must not be begun.
    for (let field = 0; field < fields; field++) {
      if (at + 4 > view.byteLength) return undefined;
      at += 4 + Math.max(0, view.getInt32(at));
    }
    if (at > view.byteLength) return undefined;
    this.#batch.add(view, start + 2);
    return at;
  }
}

/** A batch as it fills. */
class Filling {
  length = 0;
  readonly #columns: ColumnData[];
  readonly #readers: FieldReader[];
  readonly #finishers: ((length: number) => void)[] = [];

  constructor(
    private readonly schema: SchemaDescription,
    private readonly most: number,
  ) {
    const batch = ColumnarBatch.allocate(schema, most);
    this.#columns = [...batch.columns];
    const times = new Map<string, TimeParts>();
    this.#readers = storedColumns(schema).map(({ source }) => {
      if (source.kind === 'dataset') throw new Error('the dataset is not read');
      const { column, index } = source;
      const data = this.#columns[index]!;
      if (column.type !== 'timestamp') return valueReader(column, data);
      let parts = times.get(column.name);
      if (!parts) {
        parts = new TimeParts(words(data), most);
        times.set(column.name, parts);
        this.#finishers.push(parts.join);
      }
      return source.kind === 'nanoseconds' ? parts.readRest : parts.readMicroseconds;
    });
  }

  get isFull(): boolean {
    return this.length === this.most;
  }

  add(view: DataView, start: number): void {
    const row = this.length++;
    let at = start;
    for (const read of this.#readers) {
      const length = view.getInt32(at);
      read(view, at + 4, length, row);
      at += 4 + Math.max(0, length);
    }
  }

  take(): ColumnarBatch {
    for (const finish of this.#finishers) finish(this.length);
    const batch = new ColumnarBatch(this.schema, this.most, this.#columns);
    return this.isFull ? batch : batch.slice(0, this.length);
  }
}

/** A timestamp in two fields: microseconds since 2000, and the nanoseconds below. */
class TimeParts {
  /** Low and high word of the microseconds, of which the high one has the sign. */
  readonly #microseconds: Int32Array;
  readonly #rests: Int16Array;

  constructor(
    private readonly out: Uint32Array,
    rows: number,
  ) {
    this.#microseconds = new Int32Array(2 * rows);
    this.#rests = new Int16Array(rows);
  }

  readonly readMicroseconds: FieldReader = (view, at, length, row) => {
    if (length < 0) return;
    this.#microseconds[2 * row] = view.getInt32(at + 4);
    this.#microseconds[2 * row + 1] = view.getInt32(at);
  };

  readonly readRest: FieldReader = (view, at, length, row) => {
    this.#rests[row] = length < 0 ? -1 : view.getInt16(at);
  };

  readonly join = (length: number): void => {
    const { out } = this;
    for (let row = 0; row < length; row++) {
      const rest = this.#rests[row]!;
      if (rest < 0) {
        out[2 * row] = 0xffff_ffff;
        out[2 * row + 1] = 0xffff_ffff;
        continue;
      }
      const high = this.#microseconds[2 * row + 1]!;
      const low = this.#microseconds[2 * row]! >>> 0;
      // (high × 2^32 + low + epoch) × 1000 + rest, as words.
      const lowSum = low + (PG_EPOCH_US % TWO_32);
      const highSum = high + Math.floor(PG_EPOCH_US / TWO_32) + Math.floor(lowSum / TWO_32);
      const product = (lowSum % TWO_32) * 1000 + rest;
      out[2 * row] = product % TWO_32;
      out[2 * row + 1] = highSum * 1000 + Math.floor(product / TWO_32);
    }
  };
}

function valueReader(column: ColumnDescription, data: ColumnData): FieldReader {
  switch (column.type) {
    case 'price':
    case 'i64':
      return wideReader(words(data), column.nullValue ?? 0n);
    case 'u64':
      return numericReader(data as BigUint64Array, column.nullValue ?? 0n);
    case 'string':
      return textReader(data as Uint8Array, column.width);
    case 'char':
    case 'i8':
    case 'u8':
    case 'i16':
    case 'u16':
    case 'i32':
    case 'u32':
      return narrowReader(data as Int32Array, Number(column.nullValue ?? 0n));
    case 'timestamp':
      throw new Error('a timestamp is two fields');
  }
}

function wideReader(pairs: Uint32Array, unset: bigint): FieldReader {
  const low = Number(BigInt.asUintN(32, unset));
  const high = Number(BigInt.asUintN(32, unset >> 32n));
  return (view, at, length, row) => {
    pairs[2 * row] = length < 0 ? low : view.getUint32(at + 4);
    pairs[2 * row + 1] = length < 0 ? high : view.getUint32(at);
  };
}

/** Whole numbers of 1, 2, 4 or 8 bytes, all of which fit the column. */
function narrowReader(data: Int32Array, unset: number): FieldReader {
  return (view, at, length, row) => {
    switch (length) {
      case 1:
        data[row] = view.getUint8(at);
        return;
      case 2:
        data[row] = view.getInt16(at);
        return;
      case 4:
        data[row] = view.getInt32(at);
        return;
      case 8:
        data[row] = view.getUint32(at + 4);
        return;
      default:
        data[row] = unset;
    }
  };
}

/** A `numeric` without decimals: base-10000 digits, of which trailing zeros are left out. */
function numericReader(data: BigUint64Array, unset: bigint): FieldReader {
  const pairs = words(data as BigUint64Array<ArrayBuffer>);
  return (view, at, length, row) => {
    if (length < 0) {
      data[row] = unset;
      return;
    }
    const digits = view.getInt16(at);
    const weight = view.getInt16(at + 2);
    if (weight < 3) {
      let value = 0;
      for (let digit = 0; digit <= weight; digit++) {
        value = value * 10_000 + (digit < digits ? view.getInt16(at + 8 + 2 * digit) : 0);
      }
      pairs[2 * row] = value % TWO_32;
      pairs[2 * row + 1] = Math.floor(value / TWO_32);
      return;
    }
    let value = 0n;
    for (let digit = 0; digit <= weight; digit++) {
      const next = digit < digits ? view.getInt16(at + 8 + 2 * digit) : 0;
      value = value * 10_000n + BigInt(next);
    }
    data[row] = value;
  };
}

/** Text of Latin-1 characters in UTF-8. */
function textReader(bytes: Uint8Array, width: number): FieldReader {
  return (view, at, length, row) => {
    let out = row * width;
    const end = out + width;
    for (let from = at; from < at + length; from++) {
      const byte = view.getUint8(from);
      if (out === end) throw new CopyFormatError(`a text is longer than ${width} bytes`);
      bytes[out++] = byte < 0x80 ? byte : ((byte & 0x03) << 6) | (view.getUint8(++from) & 0x3f);
    }
  };
}

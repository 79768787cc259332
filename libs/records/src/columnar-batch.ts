/**
 * A batch of records of one kind, held column by column in typed arrays: no object and no BigInt per
 * record. An unset value is its column's sentinel.
 */
import { ORDINAL } from './schema-description.js';
import type {
  ColumnDescription,
  ColumnType,
  RecordDescription,
  SchemaDescription,
} from './schema-description.js';

/**
 * One column. 64-bit columns are BigInt arrays for their exactness; hot loops read them through
 * {@link words}. A string column is `length × width` bytes, each value NUL-padded to the column's width.
 */
export type ColumnData =
  | BigInt64Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

type ColumnConstructor = {
  new (length: number): ColumnData;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): ColumnData;
};

const CONSTRUCTOR: Readonly<Record<ColumnType, ColumnConstructor>> = {
  price: BigInt64Array,
  timestamp: BigUint64Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
  i32: Int32Array,
  u32: Uint32Array,
  i16: Int16Array,
  u16: Uint16Array,
  i8: Int8Array,
  u8: Uint8Array,
  char: Uint8Array,
  string: Uint8Array,
};

/** Number of array elements that hold one value: the width of a string, else 1. */
const elementsPerValue = (column: ColumnDescription): number =>
  column.type === 'string' ? column.width : 1;

/** 64-bit columns must begin at a multiple of 8 bytes. */
const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/** Memory that holds anything; not from the pool, since views of it are passed on. */
const unsetMemory = (bytes: number): ArrayBuffer => Buffer.allocUnsafeSlow(bytes).buffer;

/** An array for `length` values of a column, all zero. */
export function allocateColumn(column: ColumnDescription, length: number): ColumnData {
  return new CONSTRUCTOR[column.type](length * elementsPerValue(column));
}

/** The column over the bytes of a buffer, without a copy. `byteOffset` must suit the element size. */
export function viewColumn(
  column: ColumnDescription,
  buffer: ArrayBuffer,
  byteOffset: number,
  length: number,
): ColumnData {
  return new CONSTRUCTOR[column.type](buffer, byteOffset, length * elementsPerValue(column));
}

/**
 * A 64-bit column as pairs of 32-bit words, low word first: value `i` is words `2i` and `2i + 1`.
 * Reading these costs no BigInt.
 */
export function words(data: ColumnData): Uint32Array<ArrayBuffer> {
  return new Uint32Array(data.buffer, data.byteOffset, data.byteLength / 4);
}

export class ColumnarBatch<D extends RecordDescription = SchemaDescription> {
  /** @param columns in the order of `schema.columns`, each of `length` values. */
  constructor(
    readonly schema: D,
    readonly length: number,
    readonly columns: readonly ColumnData[],
  ) {
    if (columns.length !== schema.columns.length) {
      throw new Error(
        `a ${schema.name} batch has ${schema.columns.length} columns, not ${columns.length}`,
      );
    }
    schema.columns.forEach((column, index) => {
      const expected = length * elementsPerValue(column);
      const actual = columns[index]?.length;
      if (actual !== expected) {
        throw new Error(`column ${column.name} holds ${actual} elements instead of ${expected}`);
      }
    });
  }

  /** A batch with room for `length` records, every value zero, in one piece of memory. */
  static allocate<D extends RecordDescription>(schema: D, length: number): ColumnarBatch<D> {
    return ColumnarBatch.#over(schema, length, (bytes) => new ArrayBuffer(bytes));
  }

  /** The same without the zeros, which take as long as decoding: whoever asks writes every value. */
  static allocateUnset<D extends RecordDescription>(schema: D, length: number): ColumnarBatch<D> {
    return ColumnarBatch.#over(schema, length, unsetMemory);
  }

  static #over<D extends RecordDescription>(
    schema: D,
    length: number,
    allocate: (bytes: number) => ArrayBuffer,
  ): ColumnarBatch<D> {
    const sizes = schema.columns.map((column) => aligned(column.width * length));
    const memory = allocate(sizes.reduce((sum, size) => sum + size, 0));
    let offset = 0;
    const columns = schema.columns.map((column, index) => {
      const data = viewColumn(column, memory, offset, length);
      offset += sizes[index]!;
      return data;
    });
    return new ColumnarBatch(schema, length, columns);
  }

  /** The values of one column. @throws Error if the schema has no such column. */
  column(name: string): ColumnData {
    const index = this.schema.columns.findIndex((column) => column.name === name);
    const data = this.columns[index];
    if (data === undefined) throw new Error(`schema ${this.schema.name} has no column ${name}`);
    return data;
  }

  /** The index timestamps, ns since epoch: what ranges and partitions go by. */
  indexTimestamps(): BigUint64Array<ArrayBuffer> {
    return this.column(this.schema.indexColumn) as BigUint64Array<ArrayBuffer>;
  }

  /** Position of each record within its chunk. */
  ordinals(): Uint32Array<ArrayBuffer> {
    return this.column(ORDINAL) as Uint32Array<ArrayBuffer>;
  }

  /** A new batch of the records at `rows`, in that order. */
  take(rows: Uint32Array): ColumnarBatch<D> {
    const taken = ColumnarBatch.allocate(this.schema, rows.length);
    this.schema.columns.forEach((column, index) => {
      takeColumn(
        this.columns[index] as ColumnData,
        taken.columns[index] as ColumnData,
        rows,
        elementsPerValue(column),
      );
    });
    return taken;
  }

  /** Records `[start, end)` as views on the same memory. */
  slice(start: number, end: number): ColumnarBatch<D> {
    return new ColumnarBatch(
      this.schema,
      end - start,
      this.schema.columns.map((column, index) => {
        const size = elementsPerValue(column);
        return (this.columns[index] as ColumnData).subarray(start * size, end * size);
      }),
    );
  }
}

function takeColumn(from: ColumnData, to: ColumnData, rows: Uint32Array, elements: number): void {
  if (elements > 1) {
    const source = from as Uint8Array;
    const target = to as Uint8Array;
    rows.forEach((row, index) => {
      target.set(source.subarray(row * elements, (row + 1) * elements), index * elements);
    });
    return;
  }
  if (from.BYTES_PER_ELEMENT === 8) {
    const source = words(from);
    const target = words(to);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      target[2 * i] = source[2 * row]!;
      target[2 * i + 1] = source[2 * row + 1]!;
    }
    return;
  }
  const source = from as Uint32Array;
  const target = to as Uint32Array;
  for (let i = 0; i < rows.length; i++) target[i] = source[rows[i]!]!;
}

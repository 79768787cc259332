/**
 * Batches as Arrow IPC streams: what travels on the bus, readable by pyarrow and friends.
 * One message is one stream of one record batch; fields carry their meaning as metadata.
 */
import {
  Data,
  DataType,
  Field,
  FixedSizeBinary,
  Int16,
  Int32,
  Int64,
  Int8,
  makeData,
  RecordBatch,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  TimestampNanosecond,
  Type,
  Uint16,
  Uint32,
  Uint64,
  Uint8,
  util,
  Utf8,
} from 'apache-arrow';
import { allocateColumn, ColumnarBatch, viewColumn } from './columnar-batch.js';
import type { ColumnData } from './columnar-batch.js';
import { nullTest } from './null-test.js';
import { isSchemaName, SCHEMAS } from './schemas.js';
import type { ColumnDescription, RecordDescription } from './schema-description.js';

/** Schema-level metadata key that names the tapeline schema of a batch. */
const SCHEMA_KEY = 'tapeline.schema';

/** Text columns beside a schema's own, such as the reasons of quarantined records. */
export type ExtraColumns = Readonly<Record<string, readonly string[]>>;

/** Bytes that are no batch of the expected shape. `code` is `arrow_mismatch`. */
export class ArrowMismatchError extends Error {
  readonly code = 'arrow_mismatch';
  override readonly name = 'ArrowMismatchError';
}

function arrowType(column: ColumnDescription): DataType {
  switch (column.type) {
    case 'price':
    case 'i64':
      return new Int64();
    case 'timestamp':
      return new TimestampNanosecond('UTC');
    case 'u64':
      return new Uint64();
    case 'i32':
      return new Int32();
    case 'u32':
      return new Uint32();
    case 'i16':
      return new Int16();
    case 'u16':
      return new Uint16();
    case 'i8':
      return new Int8();
    case 'u8':
      return new Uint8();
    case 'char':
      return new FixedSizeBinary(1);
    case 'string':
      return new Utf8();
  }
}

/** The Arrow fields of a schema, nullable where the wire has a sentinel. */
export function arrowFields(schema: RecordDescription): Field[] {
  return schema.columns.map((column) => {
    const metadata = new Map([['meaning', column.meaning]]);
    if (column.type === 'price') metadata.set('unit', '1e-9');
    return new Field(column.name, arrowType(column), column.nullValue !== undefined, metadata);
  });
}

/** The Arrow schema of records, with the given metadata of the whole. */
export const arrowSchema = (
  description: RecordDescription,
  metadata: ReadonlyMap<string, string>,
): Schema => new Schema(arrowFields(description), new Map(metadata));

/** The batch as one Arrow record batch of that schema. Numbers are views of the batch's memory. */
export const arrowBatch = (batch: ColumnarBatch<RecordDescription>, schema: Schema): RecordBatch =>
  recordBatch(schema, batch.length, columnsToArrow(batch));

/** The batch as one Arrow IPC stream; `extra` columns must hold one text per record. */
export function encodeArrow(
  batch: ColumnarBatch<RecordDescription>,
  extra: ExtraColumns = {},
): Uint8Array {
  const fields = arrowFields(batch.schema);
  const children = columnsToArrow(batch);
  for (const [name, values] of Object.entries(extra)) {
    fields.push(new Field(name, new Utf8(), false));
    children.push(textsToArrow(values));
  }
  const schema = new Schema(fields, new Map([[SCHEMA_KEY, batch.schema.name]]));
  const writer = new RecordBatchStreamWriter();
  writer.write(recordBatch(schema, batch.length, children));
  writer.finish();
  return writer.toUint8Array(true);
}

const recordBatch = (schema: Schema, length: number, children: Data[]): RecordBatch =>
  new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, children }));

const columnsToArrow = ({ schema, columns, length }: ColumnarBatch<RecordDescription>): Data[] =>
  schema.columns.map((column, index) =>
    columnToArrow(column, columns[index] as ColumnData, length),
  );

function columnToArrow(column: ColumnDescription, data: ColumnData, length: number): Data {
  if (column.type === 'string') return stringsToArrow(column, data as Uint8Array, length);
  const isNull = nullTest(column, data);
  const validity = isNull && validityBitmap(length, isNull);
  // Timestamps are Arrow int64; the bytes are the same.
  const values =
    column.type === 'timestamp' ? new BigInt64Array(data.buffer, data.byteOffset, length) : data;
  return makeData({
    type: arrowType(column),
    length,
    data: values,
    ...(validity && { nullBitmap: validity.bitmap, nullCount: validity.nullCount }),
  } as Parameters<typeof makeData>[0]);
}

function validityBitmap(length: number, isNull: (row: number) => boolean) {
  const bitmap = new Uint8Array(Math.ceil(length / 8));
  let nullCount = 0;
  for (let row = 0; row < length; row++) {
    if (isNull(row)) nullCount++;
    else bitmap[row >> 3]! |= 1 << (row & 7);
  }
  return { bitmap, nullCount };
}

/** Latin-1 to UTF-8, where bytes above 127 become two. An empty text is null where the column has nulls. */
function stringsToArrow(column: ColumnDescription, bytes: Uint8Array, length: number): Data {
  const { width } = column;
  const valueOffsets = new Int32Array(length + 1);
  let size = 0;
  for (let row = 0; row < length; row++) {
    for (let from = row * width; from < (row + 1) * width && bytes[from] !== 0; from++) {
      size += bytes[from]! < 0x80 ? 1 : 2;
    }
    valueOffsets[row + 1] = size;
  }
  const data = new Uint8Array(size);
  for (let row = 0; row < length; row++) {
    let from = row * width;
    for (let to = valueOffsets[row]!; to < valueOffsets[row + 1]!; from++) {
      const byte = bytes[from]!;
      if (byte >= 0x80) data[to++] = 0xc0 | (byte >> 6);
      data[to++] = byte < 0x80 ? byte : 0x80 | (byte & 0x3f);
    }
  }
  const validity =
    column.nullValue !== undefined &&
    validityBitmap(length, (row) => valueOffsets[row] === valueOffsets[row + 1]);
  return makeData({
    type: new Utf8(),
    length,
    valueOffsets,
    data,
    ...(validity && { nullBitmap: validity.bitmap, nullCount: validity.nullCount }),
  });
}

/** One value of a string column, up to its first NUL; bytes above 127 are Latin-1. */
export function readString(bytes: Uint8Array, width: number, row: number): string {
  const start = row * width;
  let end = start;
  while (end < start + width && bytes[end] !== 0) end++;
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

function textsToArrow(texts: readonly string[]): Data<Utf8> {
  const encoded = texts.map((text) => Buffer.from(text, 'utf8'));
  const valueOffsets = new Int32Array(texts.length + 1);
  encoded.forEach((bytes, row) => {
    valueOffsets[row + 1] = valueOffsets[row]! + bytes.length;
  });
  return makeData({
    type: new Utf8(),
    length: texts.length,
    valueOffsets,
    data: Buffer.concat(encoded),
  });
}

export interface DecodedArrow {
  readonly batch: ColumnarBatch;
  /** Text columns beside the schema's own. */
  readonly extra: Record<string, string[]>;
}

/**
 * Reads what {@link encodeArrow} wrote, or what any other Arrow writer made of the same fields: null
 * values become the column's sentinel again.
 * @throws ArrowMismatchError if the bytes are no Arrow stream, or fields are missing or of another type.
 */
export function decodeArrow(bytes: Uint8Array): DecodedArrow {
  const { schema, batches } = readStream(bytes);
  const name = schema.metadata.get(SCHEMA_KEY);
  if (name === undefined || !isSchemaName(name)) {
    throw new ArrowMismatchError(
      `the Arrow schema names '${name ?? ''}' as its ${SCHEMA_KEY}, which is no tapeline schema`,
    );
  }
  const description = SCHEMAS[name];
  if (batches.length > 1) {
    throw new ArrowMismatchError(`one record batch a message, not ${batches.length}`);
  }
  const [recordBatch] = batches;
  const length = recordBatch?.numRows ?? 0;
  const columns = description.columns.map((column) => {
    const index = schema.fields.findIndex((field) => field.name === column.name);
    const found = schema.fields[index]?.type;
    const expected = arrowType(column);
    if (!found || !util.compareTypes(found, expected)) {
      throw new ArrowMismatchError(
        `column ${column.name} of ${name} is ${found ? typeName(found) : 'missing'}, expected ${typeName(expected)}`,
      );
    }
    const data = recordBatch?.data.children[index];
    return data ? columnFromArrow(column, data, length) : allocateColumn(column, 0);
  });
  const known = new Set(description.columns.map((column) => column.name));
  const extra: Record<string, string[]> = {};
  for (const field of schema.fields) {
    if (known.has(field.name)) continue;
    const vector = recordBatch?.getChild(field.name);
    extra[field.name] = vector ? Array.from(vector, String) : [];
  }
  return { batch: new ColumnarBatch(description, length, columns), extra };
}

const typeName = (type: DataType): string => `${Type[type.typeId]} ${JSON.stringify(type)}`;

function readStream(bytes: Uint8Array) {
  try {
    // Typed-array views need aligned memory, which a message payload does not promise.
    const aligned = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
    const reader = RecordBatchReader.from(aligned).open();
    const schema = reader.schema as Schema | undefined;
    if (!schema) throw new RangeError('it ends before its schema');
    return { schema, batches: [...reader] };
  } catch (cause) {
    throw new ArrowMismatchError('the payload is no Arrow IPC stream', { cause });
  }
}

function columnFromArrow(column: ColumnDescription, data: Data, length: number): ColumnData {
  if (column.type === 'string') return stringsFromArrow(data as Data<Utf8>, column.width, length);
  const values = data.values as ColumnData;
  const view = viewColumn(column, values.buffer, values.byteOffset, length);
  if (data.nullCount > 0 && data.nullBitmap) restoreSentinels(column, view, data);
  return view;
}

function restoreSentinels(column: ColumnDescription, view: ColumnData, data: Data): void {
  if (column.nullValue === undefined) {
    throw new ArrowMismatchError(`column ${column.name} holds nulls but has no null value`);
  }
  const sentinel =
    view instanceof BigInt64Array || view instanceof BigUint64Array
      ? column.nullValue
      : Number(column.nullValue);
  for (let row = 0; row < view.length; row++) {
    if (!data.getValid(row)) (view as (bigint | number)[] & ColumnData)[row] = sentinel;
  }
}

function stringsFromArrow(data: Data<Utf8>, width: number, length: number): ColumnData {
  const target = new Uint8Array(length * width);
  const text = Buffer.from(data.values.buffer, data.values.byteOffset, data.values.byteLength);
  for (let row = 0; row < length; row++) {
    const value = text.toString('utf8', data.valueOffsets[row], data.valueOffsets[row + 1]);
    const bytes = Buffer.from(value, 'latin1');
    if (bytes.length > width) {
      throw new ArrowMismatchError(`'${value}' is longer than its column's ${width} bytes`);
    }
    target.set(bytes, row * width);
  }
  return target;
}

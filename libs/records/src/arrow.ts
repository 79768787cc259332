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
import {
  ArrowMismatchError,
  stringsFromArrow,
  stringsToArrow,
  textsToArrow,
  validityBitmap,
} from './arrow-text.js';
import { allocateColumn, ColumnarBatch, viewColumn } from './columnar-batch.js';
import type { ColumnData } from './columnar-batch.js';
import { derivedColumn, extendSchema, isDerivedKind } from './extend-schema.js';
import { nullTest } from './null-test.js';
import { isSchemaName, SCHEMAS } from './schemas.js';
import type {
  ColumnDescription,
  RecordDescription,
  SchemaDescription,
} from './schema-description.js';

/** Schema-level metadata key that names the tapeline schema of a batch. */
const SCHEMA_KEY = 'tapeline.schema';

/** What rules did to the records, as JSON: absent where they did nothing. */
const OUTCOMES_KEY = 'tapeline.outcomes';
/** Of a field: it is a column that rules added, and what its values are. */
const DERIVED_KEY = 'tapeline.derived';
/** Of such a field of text: the most bytes of a value. */
const WIDTH_KEY = 'tapeline.width';

/** Of a field of texts beside the columns: its name, which a column may have, too. */
const EXTRA_KEY = 'tapeline.extra';

/** Text columns beside a schema's own, such as the reasons of quarantined records. */
export type ExtraColumns = Readonly<Record<string, readonly string[]>>;

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
    if (column.derived) metadata.set(DERIVED_KEY, column.derived);
    if (column.derived === 'string') metadata.set(WIDTH_KEY, String(column.width));
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

/**
 * The batch as one Arrow IPC stream.
 * @param extra columns that hold one text per record.
 * @param outcomes what rules did to the records; kept as JSON in the stream's metadata.
 */
export function encodeArrow(
  batch: ColumnarBatch<RecordDescription>,
  extra: ExtraColumns = {},
  outcomes: readonly unknown[] = [],
): Uint8Array {
  const fields = arrowFields(batch.schema);
  const children = columnsToArrow(batch);
  for (const [name, values] of Object.entries(extra)) {
    // Statuses have a reason of their own.
    const isTaken = batch.schema.columns.some((column) => column.name === name);
    const field = isTaken ? `rule_${name}` : name;
    fields.push(new Field(field, new Utf8(), false, new Map([[EXTRA_KEY, name]])));
    children.push(textsToArrow(values));
  }
  const metadata = new Map<string, string>([[SCHEMA_KEY, batch.schema.name]]);
  if (outcomes.length > 0) metadata.set(OUTCOMES_KEY, JSON.stringify(outcomes));
  const schema = new Schema(fields, metadata);
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

export interface DecodedArrow {
  readonly batch: ColumnarBatch;
  /** Text columns beside the schema's own. */
  readonly extra: Record<string, string[]>;
  /** What rules did to the records, as it was given to {@link encodeArrow}. */
  readonly outcomes: readonly unknown[];
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
  const description = describeFields(SCHEMAS[name], schema.fields);
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
    extra[field.metadata.get(EXTRA_KEY) ?? field.name] = vector ? Array.from(vector, String) : [];
  }
  const outcomes = readOutcomes(schema.metadata.get(OUTCOMES_KEY));
  return { batch: new ColumnarBatch(description, length, columns), extra, outcomes };
}

/** The schema with the columns that rules added. */
function describeFields(base: SchemaDescription, fields: readonly Field[]): SchemaDescription {
  const derived = fields.filter(({ metadata }) => metadata.has(DERIVED_KEY));
  if (derived.length === 0) return base;
  const columns = derived.map(({ name, metadata }) => {
    const kind = metadata.get(DERIVED_KEY)!;
    if (!isDerivedKind(kind)) {
      throw new ArrowMismatchError(`field ${name} says '${kind}' of its values, which is unknown`);
    }
    const width = Number(metadata.get(WIDTH_KEY));
    return derivedColumn(name, kind, metadata.get('meaning') ?? '', width);
  });
  try {
    return extendSchema(base, columns);
  } catch (cause) {
    throw new ArrowMismatchError((cause as Error).message, { cause });
  }
}

function readOutcomes(text: string | undefined): readonly unknown[] {
  if (text === undefined) return [];
  try {
    const outcomes: unknown = JSON.parse(text);
    if (Array.isArray(outcomes)) return outcomes;
  } catch (cause) {
    throw new ArrowMismatchError(`${OUTCOMES_KEY} is not JSON`, { cause });
  }
  throw new ArrowMismatchError(`${OUTCOMES_KEY} is no list`);
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

/** For property tests: records of any kind with extreme and ordinary values, as columns and as bytes. */
import { ColumnarBatch, MESSAGES, ORDINAL, readString, SCHEMAS } from '@tapeline/records';
import type { ColumnDescription, DbnVersion, RecordDescription } from '@tapeline/records';
import * as fc from 'fast-check';
import { inferValue } from './read-field.js';

export const KINDS: readonly RecordDescription[] = [
  ...Object.values(SCHEMAS),
  ...Object.values(MESSAGES),
];

export const VERSIONS: readonly DbnVersion[] = [1, 2, 3];

const BITS: Readonly<Record<string, number>> = {
  price: 64,
  timestamp: 64,
  i64: 64,
  u64: 64,
  i32: 32,
  u32: 32,
  i16: 16,
  u16: 16,
  i8: 8,
  u8: 8,
  char: 8,
};
const SIGNED = new Set(['price', 'i64', 'i32', 'i16', 'i8']);

function numberOf(type: string, more: readonly bigint[]): fc.Arbitrary<bigint> {
  const bits = BigInt(BITS[type]!);
  const [min, max] = SIGNED.has(type)
    ? [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n]
    : [0n, 2n ** bits - 1n];
  const extremes = [min, min + 1n, 0n, 1n, max - 1n, max, ...more];
  return fc.oneof(fc.constantFrom(...extremes), fc.bigInt({ min, max }));
}

/** Latin-1 without NUL, of any length that leaves room for one. */
const textOf = (width: number): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc.constant(new Uint8Array(0)),
    fc.uint8Array({ min: 1, minLength: width - 1, maxLength: width - 1 }),
    fc.uint8Array({ min: 1, maxLength: width - 1 }),
  );

/** A value of a column for which the version has room. */
function valueOf(
  column: ColumnDescription,
  version: DbnVersion,
): fc.Arbitrary<bigint | Uint8Array> {
  const field = column.wire[version];
  if (column.type === 'string') return field ? textOf(field.width) : fc.constant(new Uint8Array(0));
  if (!field) return fc.constant(column.absentValue);
  const unset = column.nullValue === undefined ? [] : [column.nullValue];
  if (field.type === column.type) return numberOf(field.type, unset);
  // The narrow "not set" stands for the wide one, which is the only value beyond the narrow ones.
  return fc.oneof(
    numberOf(field.type, []).map((value) => (value === field.nullValue ? unset[0]! : value)),
    ...unset.map((value) => fc.constant(value)),
  );
}

/** Batches of `length` records that fit into the version. */
export function batchOf(
  description: RecordDescription,
  version: DbnVersion,
  length: number,
): fc.Arbitrary<ColumnarBatch<RecordDescription>> {
  const size = { minLength: length, maxLength: length };
  const columns = description.columns.map((column) =>
    column.name === ORDINAL
      ? fc.constant(Array.from({ length }, (_, row) => BigInt(row)))
      : fc.array(valueOf(column, version), size),
  );
  return fc.tuple(...columns).map((values) => {
    const batch = ColumnarBatch.allocate(description, length);
    description.columns.forEach((column, index) => {
      values[index]!.forEach((value, row) => setValue(batch, column, row, value));
    });
    for (const column of description.columns) inferColumn(batch, column, version);
    return batch;
  });
}

/** Any value of one column. */
export interface Change {
  readonly column: ColumnDescription;
  readonly value: bigint | Uint8Array;
}

/** A value that version 3 has room for, and an older one perhaps not. */
export const changeOf = (description: RecordDescription): fc.Arbitrary<Change> =>
  fc
    .constantFrom(...description.columns.filter(({ name }) => name !== ORDINAL))
    .chain((column) =>
      fc
        .oneof(valueOf(column, 3), valueOf(column, 1), narrowNulls(column))
        .map((value) => ({ column, value })),
    );

/** What "not set" was in an older version, which is a value like others in this one. */
const narrowNulls = (column: ColumnDescription): fc.Arbitrary<bigint | Uint8Array> => {
  const narrow = column.wire[1]?.nullValue;
  return narrow === undefined ? valueOf(column, 3) : fc.constant(narrow);
};

export function setValue(
  batch: ColumnarBatch<RecordDescription>,
  { name, width }: ColumnDescription,
  row: number,
  value: bigint | Uint8Array,
): void {
  const data = batch.column(name);
  if (typeof value !== 'bigint') {
    const text = (data as Uint8Array).subarray(row * width, (row + 1) * width);
    text.fill(0).set(value);
    return;
  }
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[row] = value;
  else data[row] = Number(value);
}

/** What old versions tell by a text has the value that the text tells. */
function inferColumn(
  batch: ColumnarBatch<RecordDescription>,
  column: ColumnDescription,
  version: DbnVersion,
): void {
  if (!column.inference || column.wire[version]) return;
  const { from } = column.inference;
  const { width } = batch.schema.columns.find(({ name }) => name === from)!;
  const texts = batch.column(from) as Uint8Array;
  for (let row = 0; row < batch.length; row++) {
    batch.column(column.name)[row] = inferValue(column, readString(texts, width, row));
  }
}

/** `count` records of any bytes but their length, their rtype and the padding of their texts. */
export function recordsOf(
  description: RecordDescription,
  version: DbnVersion,
  count: number,
): fc.Arbitrary<Uint8Array> {
  const stride = description.recordSize[version];
  const length = count * stride;
  return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => {
    const records = new Uint8Array(bytes);
    for (let at = 0; at < length; at += stride) {
      records.set([stride / 4, description.rtype], at);
      for (const { wire } of description.columns) {
        const field = wire[version];
        if (field?.type === 'string') padText(records, at + field.offset, field.width);
      }
    }
    return records;
  });
}

/** Ends a text where its first byte is a NUL, or else at a place that its bytes tell. */
function padText(records: Uint8Array, at: number, width: number): void {
  const text = records.subarray(at, at + width);
  const end = text.indexOf(0);
  text.fill(0, end < 0 ? text.at(-1)! % width : end);
}

/** The columns without the ordinals, which tell where a batch stood. */
export const valuesOf = (batch: ColumnarBatch<RecordDescription>): Record<string, unknown> =>
  Object.fromEntries(
    batch.schema.columns
      .map(({ name }, index) => [name, batch.columns[index]] as const)
      .filter(([name]) => name !== ORDINAL),
  );

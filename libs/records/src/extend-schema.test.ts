import { expect, it } from '@jest/globals';
import { Field, Schema, Table, tableFromIPC, tableToIPC, Utf8 } from 'apache-arrow';
import { ArrowMismatchError } from './arrow-text.js';
import { decodeArrow, encodeArrow } from './arrow.js';
import { ColumnarBatch } from './columnar-batch.js';
import { encodeCopyRows } from './copy-binary.js';
import { derivedColumn, extendSchema } from './extend-schema.js';
import { sampleBatch } from './sample-batch.js';
import type { DerivedKind } from './schema-description.js';
import { SCHEMA_NAMES, SCHEMAS } from './schemas.js';
import { copyStatement, tableDdl } from './table.js';

const KINDS: readonly DerivedKind[] = [
  'price',
  'decimal',
  'timestamp',
  'duration',
  'date',
  'int',
  'bool',
  'char',
  'string',
  'session',
];
const columns = KINDS.map((kind) => derivedColumn(`my_${kind}`, kind, `a ${kind}`, 12));

it.each(SCHEMA_NAMES)('%s: derived columns survive Arrow, nulls included', (name) => {
  const schema = extendSchema(SCHEMAS[name], columns);
  const batch = sampleBatch(schema, 50);
  const { batch: read, extra } = decodeArrow(encodeArrow(batch, { reason: Array(50).fill('x') }));
  expect(read.schema).toBe(schema);
  expect(read.schema.name).toBe(name);
  expect(read.columns).toEqual(batch.columns);
  expect(Object.keys(extra)).toEqual(['reason']);
});

it('carries outcomes as they are', () => {
  const batch = sampleBatch(SCHEMAS.trades, 1);
  const outcomes = [{ rule: 'ß', ordinals: [[0, 1]] }, 7];
  expect(decodeArrow(encodeArrow(batch, {}, outcomes)).outcomes).toEqual(outcomes);
  expect(decodeArrow(encodeArrow(batch)).outcomes).toEqual([]);
});

it('keeps ordinal the last column, and stores the others beside the own ones', () => {
  const schema = extendSchema(SCHEMAS.trades, [
    derivedColumn('notional', 'price', 'price times size'),
    derivedColumn('seen', 'timestamp', 'time'),
  ]);
  expect(schema.columns.slice(-3).map(({ name }) => name)).toEqual(['notional', 'seen', 'ordinal']);
  expect(tableDdl(schema)).toContain('"notional" bigint,');
  expect(tableDdl(schema)).toContain('"seen" timestamptz,');
  expect(copyStatement(schema)).toMatch(/^COPY "trades" \(.*"notional".*"seen_ns".*\) FROM STDIN/);
  const [plain, extended] = [SCHEMAS.trades, schema].map((each) =>
    encodeCopyRows(ColumnarBatch.allocate(each, 1), 1),
  );
  expect(extended!.length - plain!.length).toBe(4 + 8 + (4 + 8) + (4 + 2));
});

it.each([
  ['size', 'trades has a column size already'],
  ['ts_event_ns', 'trades has a column ts_event_ns already'],
  ['reason', 'trades has a column reason already'],
  ['a', 'trades has a column a already'],
  ['a_ns', 'trades has a column a_ns already'],
  ['No', "'No' is no name of a column"],
])('refuses the name %s', (name, message) => {
  const first = derivedColumn('a', 'timestamp', '');
  expect(() => extendSchema(SCHEMAS.trades, [first, derivedColumn(name, 'int', '')])).toThrow(
    message,
  );
});

it('refuses a time whose nanoseconds would take the place of a column', () => {
  const taken = [derivedColumn('a_ns', 'int', ''), derivedColumn('a', 'timestamp', '')];
  expect(() => extendSchema(SCHEMAS.trades, taken)).toThrow('trades has a column a_ns already');
});

it.each([
  ['kind', new Map([['tapeline.derived', 'odd']]), "field a says 'odd' of its values"],
  ['type', new Map([['tapeline.derived', 'price']]), 'column a of trades is'],
])('refuses a field whose %s is wrong', (what, metadata, message) => {
  const schema = extendSchema(SCHEMAS.trades, [derivedColumn('a', 'int', 'what it is')]);
  const table = tableFromIPC(encodeArrow(sampleBatch(schema, 1)));
  const fields = table.schema.fields.map((field) => {
    if (field.name !== 'a') return field;
    const type = what === 'kind' ? field.type : new Utf8();
    return new Field(field.name, type, field.nullable, metadata);
  });
  const bytes = tableToIPC(new Table(new Schema(fields, table.schema.metadata)), 'stream');
  expect(() => decodeArrow(bytes)).toThrow(ArrowMismatchError);
  expect(() => decodeArrow(bytes)).toThrow(message);
});

import { expect, it } from '@jest/globals';
import type { BatchHeader } from '@tapeline/contracts';
import { DbnError, encodeRecords } from '@tapeline/dbn';
import { ColumnarBatch, decodeArrow, sampleBatch, SCHEMA_NAMES, SCHEMAS } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import type { RuleSet } from './rule-set/rule-set.js';
import { rawHeader } from './testing/raw-header.js';
import { rulesForAll } from './testing/rule-files.js';
import { decodeBatch, transformBatch } from './transform-batch.js';

const plain = rulesForAll('', '');

const headerOf = (schema: SchemaName, changes: Partial<BatchHeader> = {}): BatchHeader =>
  rawHeader(schema, 20, { batch_id: 'c.3', ...changes });

const transform = (header: BatchHeader, records: Uint8Array, rules: RuleSet) =>
  transformBatch(header, decodeBatch(header, records), rules);

it.each(SCHEMA_NAMES)('%s: every value of DBN 3 comes out as it went in', (name) => {
  const batch = sampleBatch(SCHEMAS[name], 20);
  const header = headerOf(name);
  const out = transform(header, encodeRecords(batch, 3), plain);
  const { batch: read, extra, outcomes } = decodeArrow(out.payload);
  expect(read.schema).toBe(SCHEMAS[name]);
  expect(read.columns).toEqual(batch.columns);
  expect([extra, outcomes]).toEqual([{}, []]);
  expect(out.subject).toBe(`md.transformed.GLBX-MDP3.${name}`);
  expect(out.header).toEqual({ ...header, rules_version: plain.transformVersion });
});

/** Extremes where versions 1 and 2 have the column as version 3 does; elsewhere what they can hold. */
function batchOfAnyVersion(name: SchemaName): ColumnarBatch {
  const schema = SCHEMAS[name];
  const sample = sampleBatch(schema, 20);
  const columns = schema.columns.map((column, index) => {
    const data = sample.columns[index]!;
    if (column.name === 'ordinal' || column.wire[1]?.type === column.type) return data;
    const value = column.wire[1] ? 5n : column.absentValue;
    return typeof data[0] === 'bigint'
      ? (data as BigInt64Array<ArrayBuffer>).fill(value)
      : (data as Uint8Array<ArrayBuffer>).fill(Number(value));
  });
  return new ColumnarBatch(schema, 20, columns);
}

it.each(SCHEMA_NAMES)('%s: DBN 1 and 2 come out as version 3 would', (name) => {
  const batch = batchOfAnyVersion(name);
  for (const version of [1, 2] as const) {
    const header = headerOf(name, { dbn_version: version });
    const { payload } = transform(header, encodeRecords(batch, version), plain);
    expect(decodeArrow(payload).batch.columns).toEqual(batch.columns);
  }
});

it('leaves out the send time that a gateway appends, at any alignment', () => {
  const batch = sampleBatch(SCHEMAS.trades, 20);
  const records = encodeRecords(batch, 3);
  const message = new Uint8Array(1 + 20 * 56).subarray(1);
  for (let row = 0; row < 20; row++) {
    message.set(records.subarray(row * 48, (row + 1) * 48), row * 56);
    message[row * 56] = 56 / 4;
    message.fill(0xab, row * 56 + 48, (row + 1) * 56);
  }
  const { payload } = transform(headerOf('trades', { ts_out: true }), message, plain);
  expect(decodeArrow(payload).batch.columns).toEqual(batch.columns);
});

it('numbers records from where the batch begins in its chunk', () => {
  const records = encodeRecords(sampleBatch(SCHEMAS.tbbo, 20), 3);
  const { payload } = transform(headerOf('tbbo', { first_ordinal: 4_000_000_000 }), records, plain);
  const ordinals = decodeArrow(payload).batch.ordinals();
  expect([ordinals[0], ordinals[19]]).toEqual([4_000_000_000, 4_000_000_019]);
});

it('counts what a rule leaves out, and keeps the ordinals of the rest', () => {
  const batch = sampleBatch(SCHEMAS.trades, 20);
  const publishers = batch.column('publisher_id') as Uint16Array;
  publishers.fill(1);
  for (const row of [0, 7, 19]) publishers[row] = 2;
  const rules = rulesForAll(
    `
set: [{ column: instrument_id, to: 7 }]
filter: [{ name: second, when: publisher_id == 2 }]`,
    '',
  );
  const out = transform(headerOf('trades'), encodeRecords(batch, 3), rules);
  const { batch: read, outcomes } = decodeArrow(out.payload);
  const kept = Array.from({ length: 20 }, (_, row) => row).filter(
    (row) => ![0, 7, 19].includes(row),
  );
  expect(out.header).toMatchObject({ fetched: 20, filtered: 3, quarantined: 0 });
  expect([...read.ordinals()]).toEqual(kept);
  expect(outcomes).toEqual([
    {
      stage: 'transform',
      rule: 'second',
      severity: 'filtered',
      records: 3,
      ordinals: [
        [0, 1],
        [7, 8],
        [19, 20],
      ],
      examples: ['publisher_id 2', 'publisher_id 2', 'publisher_id 2'],
    },
  ]);
  expect(read.column('price')).toEqual(batch.take(Uint32Array.from(kept)).column('price'));
  expect(read.column('instrument_id')).toEqual(new Uint32Array(17).fill(7));
});

it('sends an empty batch on when a rule leaves all of it out', () => {
  const rules = rulesForAll('filter: [{ name: all, when: publisher_id >= 0 }]', '');
  const records = encodeRecords(sampleBatch(SCHEMAS.trades, 20), 3);
  const out = transform(headerOf('trades'), records, rules);
  expect([out.header.filtered, decodeArrow(out.payload).batch.length]).toEqual([20, 0]);
});

const records = encodeRecords(sampleBatch(SCHEMAS.trades, 20), 3);

it.each([
  ['records of another schema', headerOf('tbbo'), records],
  ['records of another version', headerOf('statistics', { dbn_version: 3 }), encodeStatistics(2)],
  ['fewer records than the header says', headerOf('trades', { fetched: 21 }), records],
  ['more records than the header says', headerOf('trades', { fetched: 10 }), records],
  ['a record cut short', headerOf('trades'), records.subarray(0, -1)],
  ['no records', headerOf('trades', { fetched: 0 }), new Uint8Array(0)],
  ['bytes of something else', headerOf('trades'), new Uint8Array(20 * 48).fill(0x42)],
])('refuses %s', (_, header, bytes) => {
  expect(() => transform(header, bytes, plain)).toThrow(DbnError);
});

function encodeStatistics(version: 1 | 2): Uint8Array {
  return encodeRecords(batchOfAnyVersion('statistics'), version);
}

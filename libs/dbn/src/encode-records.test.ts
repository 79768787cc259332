import { expect, it } from '@jest/globals';
import { ColumnarBatch, sampleBatch, SCHEMA_NAMES, SCHEMAS } from '@tapeline/records';
import type { DbnVersion, SchemaName } from '@tapeline/records';
import { decodeRecords } from './decode-records.js';
import { encodeRecords } from './encode-records.js';

const VERSIONS: readonly DbnVersion[] = [1, 2, 3];

const decode = (name: SchemaName, version: DbnVersion, bytes: Uint8Array): ColumnarBatch => {
  const stride = SCHEMAS[name].recordSize[version];
  return decodeRecords(SCHEMAS[name], version, bytes, { stride, firstOrdinal: 0 });
};

it.each(SCHEMA_NAMES)('%s: every value survives version 3', (name) => {
  const batch = sampleBatch(SCHEMAS[name], 20);
  expect(decode(name, 3, encodeRecords(batch, 3)).columns).toEqual(batch.columns);
  const part = batch.slice(3, 8);
  const decoded = decode(name, 3, encodeRecords(part, 3));
  expect(decoded.columns.slice(0, -1)).toEqual(part.columns.slice(0, -1).map((c) => c.slice()));
  expect(encodeRecords(batch.slice(0, 0), 3)).toHaveLength(0);
});

/** A batch of which each version has room for every value. */
function modestBatch(name: SchemaName): ColumnarBatch {
  const batch = sampleBatch(SCHEMAS[name], 6);
  const bytes = VERSIONS.map((version) => {
    const { recordSize, rtype } = SCHEMAS[name];
    const records = new Uint8Array(6 * recordSize[version]);
    for (let at = 0; at < records.length; at += recordSize[version]) {
      records.set([recordSize[version] / 4, rtype], at);
    }
    return records;
  });
  const absent = decode(name, 1, bytes[0]!);
  const columns = SCHEMAS[name].columns.map((column, index) => {
    const isSame = column.wire[1]?.type === column.type || column.name === 'ordinal';
    return (isSame ? batch : absent).columns[index]!;
  });
  return new ColumnarBatch(SCHEMAS[name], 6, columns);
}

it.each(SCHEMA_NAMES)('%s: what fits survives versions 1 and 2', (name) => {
  const batch = modestBatch(name);
  for (const version of [1, 2] as const) {
    expect(decode(name, version, encodeRecords(batch, version)).columns).toEqual(batch.columns);
  }
});

it('writes "not set" where version 3 dropped a field', () => {
  const bytes = encodeRecords(modestBatch('definition'), 2);
  const view = new DataView(bytes.buffer, 400);
  expect(view.getBigInt64(80, true)).toBe(0x7fff_ffff_ffff_ffffn);
  expect(view.getUint16(176, true)).toBe(0xffff);
  expect([view.getUint8(376), view.getUint8(379)]).toEqual([255, 255]);
});

const unfit = (recordIndex: number) =>
  expect.objectContaining({ code: 'not_representable', recordIndex });

it('keeps quantities in 32 bits exact, or refuses them', () => {
  const batch = modestBatch('statistics');
  const quantities = batch.column('quantity') as BigInt64Array;
  quantities.set([-1n, -(2n ** 31n), 2n ** 31n - 2n, 2n ** 63n - 1n, 0n, 7n]);
  expect(decode('statistics', 1, encodeRecords(batch, 1)).columns).toEqual(batch.columns);
  // The first would turn into "not set".
  for (const value of [2n ** 31n - 1n, 2n ** 31n, -(2n ** 31n) - 1n, 2n ** 32n, -(2n ** 63n)]) {
    quantities[4] = value;
    expect(() => encodeRecords(batch, 1)).toThrow(unfit(4));
  }
});

it('keeps ids in 32 bits exact, or refuses them', () => {
  const batch = modestBatch('definition');
  const ids = batch.column('raw_instrument_id') as BigUint64Array;
  ids[1] = 0xffff_ffffn;
  expect(decode('definition', 2, encodeRecords(batch, 2)).columns).toEqual(batch.columns);
  ids[1] = 0x1_0000_0000n;
  expect(() => encodeRecords(batch, 2)).toThrow(unfit(1));
});

it('refuses text and legs that the version has no room for', () => {
  const long = modestBatch('definition');
  const symbol = Buffer.from('A'.repeat(22));
  (long.column('raw_symbol') as Uint8Array).set(symbol, 3 * 71);
  expect(() => encodeRecords(long, 1)).toThrow(unfit(3));
  expect(encodeRecords(long, 2)).toHaveLength(6 * 400);
  for (const [name, at] of [
    ['leg_count', 5],
    ['leg_price', 5],
    ['leg_raw_symbol', 5 * 71 + 3],
  ] as const) {
    const legs = modestBatch('definition');
    const column = legs.column(name);
    if (column instanceof BigInt64Array) column[at] = 1n;
    else (column as Uint8Array)[at] = 1;
    expect(() => encodeRecords(legs, 2)).toThrow(unfit(5));
  }
});

import { expect, it } from '@jest/globals';
import { sampleBatch, SCHEMA_NAMES, SCHEMAS } from '@tapeline/records';
import type { ColumnarBatch, DbnVersion } from '@tapeline/records';
import { decodeRecords, readColumn } from './decode-records.js';
import { encodeRecords } from './encode-records.js';
import {
  expectedJson,
  expectedRecords,
  flatten,
  knownFiles,
  recordBytes,
  rowOf,
  schemaOf,
} from './testdata.js';
import type { DbnFile } from './testdata.js';

const VERSIONS: readonly DbnVersion[] = [1, 2, 3];
const cases = VERSIONS.flatMap((version) => SCHEMA_NAMES.map((name) => ({ name, version })));

function decodeFile(file: DbnFile): ColumnarBatch {
  const schema = schemaOf(file);
  const stride = schema.recordSize[file.version];
  return decodeRecords(schema, file.version, recordBytes(file), { stride, firstOrdinal: 0 });
}

const rows = (batch: ColumnarBatch, count = batch.length) =>
  Array.from({ length: count }, (_, row) => rowOf(batch, row));

if (knownFiles.length > 0) {
  it.each(knownFiles)('$path decodes to what is expected', (file) => {
    const batch = decodeFile(file);
    const expected = expectedRecords(file).map(flatten);
    expect(batch.length).toBe(file.records);
    expect(expected).toHaveLength(file.summary ? Math.min(200, file.records) : file.records);
    expect(rows(batch, expected.length)).toEqual(expected);
  });

  it('totals over a large file are as expected', () => {
    const file = knownFiles.find(({ path }) => path.includes('futures_mbp-1')) as DbnFile;
    const batch = decodeFile(file);
    const summary = expectedJson(file.summary as string);
    const times = batch.indexTimestamps();
    const prices = batch.column('price') as BigInt64Array;
    const sizes = batch.column('size') as Uint32Array;
    const actions: Record<string, number> = {};
    for (const action of batch.column('action') as Uint8Array) {
      const letter = String.fromCharCode(action);
      actions[letter] = (actions[letter] ?? 0) + 1;
    }
    expect(summary).toMatchObject({
      records: batch.length,
      first_ts_recv: String(times[0]),
      last_ts_recv: String(times.at(-1)),
      sum_price: String(prices.reduce((sum, price) => sum + price, 0n)),
      sum_size: sizes.reduce((sum, size) => sum + size, 0),
      actions,
    });
  });
}

it.each(cases)('$name of version $version: fields are aligned and inside', ({ name, version }) => {
  const { columns, recordSize } = SCHEMAS[name];
  for (const column of columns) {
    const field = column.wire[version];
    if (!field) continue;
    const isWidened = field.type !== column.type;
    expect(field.type === 'string' || field.offset % Math.min(field.width, 4) === 0).toBe(true);
    expect(field.offset + field.width <= recordSize[version]).toBe(true);
    expect(!isWidened || (field.width === 4 && column.width === 8)).toBe(true);
  }
});

it.each(SCHEMA_NAMES)('%s decodes at any alignment, with ordinals and any stride', (name) => {
  const schema = SCHEMAS[name];
  const batch = sampleBatch(schema, 5);
  const plain = encodeRecords(batch, 3);
  const size = schema.recordSize[3];
  // As with ts_out, and with fields that a later server may append.
  for (const stride of [size, size + 8, size + 24]) {
    const bytes = new Uint8Array(5 * stride);
    for (let row = 0; row < 5; row++) {
      bytes.set(plain.subarray(row * size, (row + 1) * size), row * stride);
      bytes[row * stride] = stride / 4;
    }
    for (let shift = 0; shift < 8; shift++) {
      const memory = new Uint8Array(bytes.length + 8);
      memory.set(bytes, shift);
      const shifted = memory.subarray(shift, shift + bytes.length);
      const decoded = decodeRecords(schema, 3, shifted, { stride, firstOrdinal: 70 });
      expect([...decoded.ordinals()]).toEqual([70, 71, 72, 73, 74]);
      expect(decoded.columns.slice(0, -1)).toEqual(batch.columns.slice(0, -1));
    }
  }
});

it('gives one column as decoding all would', () => {
  const schema = SCHEMAS.statistics;
  const batch = sampleBatch(schema, 4);
  const bytes = encodeRecords(batch, 3);
  for (const { name } of schema.columns.slice(0, -1)) {
    expect(readColumn(schema, name, 3, bytes, 80)).toEqual(batch.column(name));
  }
  expect(() => readColumn(schema, 'ordinal', 3, bytes, 80)).toThrow('have no column ordinal');
});

it('decodes batches larger than the rows read at a time', () => {
  const batch = sampleBatch(SCHEMAS.tbbo, 5000);
  const decoded = decodeRecords(SCHEMAS.tbbo, 3, encodeRecords(batch, 3), {
    stride: 80,
    firstOrdinal: 0,
  });
  expect(decoded.columns).toEqual(batch.columns);
});

it('upgrades narrow quantities: sign, and "not set"', () => {
  const bytes = new Uint8Array(3 * 64);
  const view = new DataView(bytes.buffer);
  [-5, 0x7fff_ffff, 12].forEach((quantity, row) => {
    bytes.set([16, 0x18], row * 64);
    view.setInt32(row * 64 + 40, quantity, true);
  });
  const quantity = readColumn(SCHEMAS.statistics, 'quantity', 1, bytes, 64);
  expect(quantity).toEqual(BigInt64Array.of(-5n, 0x7fff_ffff_ffff_ffffn, 12n));
});

it('upgrades definitions: wider ids and text, absent legs, and nothing after a NUL', () => {
  const bytes = new Uint8Array(360);
  bytes.set([90, 0x13]);
  new DataView(bytes.buffer).setUint32(120, 0xffff_fffe, true);
  bytes.set(Buffer.from('ESM4\0junk'), 200);
  const batch = decodeRecords(SCHEMAS.definition, 1, bytes, { stride: 360, firstOrdinal: 0 });
  expect(batch.column('raw_instrument_id')).toEqual(BigUint64Array.of(0xffff_fffen));
  expect(Buffer.from(batch.column('raw_symbol') as Uint8Array).toString()).toBe(
    `ESM4${'\0'.repeat(67)}`,
  );
  expect(rowOf(batch, 0)).toMatchObject({
    leg_side: 'N',
    leg_instrument_class: '',
    leg_price: '9223372036854775807',
    leg_count: 0,
    leg_raw_symbol: '',
  });
});

it('refuses text without a NUL', () => {
  const bytes = encodeRecords(sampleBatch(SCHEMAS.definition, 2), 3);
  bytes.fill(65, 520 + 224, 520 + 228);
  const decode = () =>
    decodeRecords(SCHEMAS.definition, 3, bytes, { stride: 520, firstOrdinal: 0 });
  expect(decode).toThrow(
    expect.objectContaining({ code: 'bad_string', recordIndex: 1, offset: 744 }),
  );
});

it('refuses records of another kind, version or length', () => {
  const trades = encodeRecords(sampleBatch(SCHEMAS.trades, 3), 3);
  const decode = (name: 'trades' | 'statistics' | 'definition', stride: number, bytes = trades) =>
    decodeRecords(SCHEMAS[name], 1, bytes, { stride, firstOrdinal: 0 });
  const wrong = (details: object) => expect.objectContaining({ code: 'wrong_record', ...details });
  trades[49] = 1;
  expect(() => decode('trades', 48)).toThrow(wrong({ recordIndex: 1, offset: 48 }));
  trades[49] = 0;
  trades[96] = 20;
  expect(() => decode('trades', 48)).toThrow(wrong({ recordIndex: 2, offset: 96 }));
  for (const stride of [0, 4, 47, 50, 1.5, -48, Number.NaN]) {
    expect(() => decode('trades', stride)).toThrow(wrong({}));
  }
  // Lengths of version 3 under the name of version 1.
  expect(() => decode('statistics', 80)).toThrow(wrong({}));
  expect(() => decode('definition', 520 + 8)).toThrow(wrong({}));
  expect(() => decode('trades', 48, trades.subarray(0, 100))).toThrow(
    expect.objectContaining({ code: 'bad_length', offset: 96 }),
  );
});

it('takes bars with the rtype of old files for any cadence', () => {
  const bytes = encodeRecords(sampleBatch(SCHEMAS['ohlcv-1h'], 2), 3);
  bytes[1] = 0x11;
  bytes[57] = 0x11;
  const options = { stride: 56, firstOrdinal: 0 };
  expect(decodeRecords(SCHEMAS['ohlcv-1d'], 3, bytes, options)).toHaveLength(2);
  expect(() => decodeRecords(SCHEMAS.trades, 3, bytes, options)).toThrow('rtype 17');
});

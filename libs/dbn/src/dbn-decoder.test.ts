import { expect, it } from '@jest/globals';
import { MESSAGES, sampleBatch, SCHEMAS, withTsOut } from '@tapeline/records';
import type { DbnVersion, RecordDescription } from '@tapeline/records';
import { DbnDecoder } from './dbn-decoder.js';
import type { DecoderOptions } from './dbn-decoder.js';
import { encodeMetadata } from './encode-metadata.js';
import { encodeRecords } from './encode-records.js';
import type { DbnMetadata } from './metadata.js';

const metadata = (changes: Partial<DbnMetadata> = {}): Uint8Array =>
  encodeMetadata({
    version: 3,
    dataset: 'GLBX.MDP3',
    schema: null,
    start: 0n,
    end: null,
    limit: null,
    stypeIn: null,
    stypeOut: 'instrument_id',
    tsOut: false,
    symbols: [],
    partial: [],
    notFound: [],
    mappings: [],
    ...changes,
  });

const records = (description: RecordDescription, count: number, version: DbnVersion = 3) =>
  encodeRecords(sampleBatch(description, count), version);

function decode(bytes: readonly Uint8Array[], options: DecoderOptions = {}) {
  const decoder = new DbnDecoder(options);
  const batches = decoder.push(Buffer.concat(bytes));
  decoder.finish();
  return { decoder, batches };
}

/** One record of the kind `rtype`, all else zero. */
function blank(rtype: number, bytes: number): Buffer {
  const record = Buffer.alloc(bytes);
  record.set([bytes / 4, rtype]);
  return record;
}

it('gives a batch for each run of one kind, every kind by its name', () => {
  const kinds = [...Object.values(SCHEMAS), ...Object.values(MESSAGES)];
  // Both tbbo and mbp-1 have rtype 1, and only metadata tell them apart.
  const told = kinds.filter(({ name }) => name !== 'tbbo');
  const { batches } = decode([metadata(), ...told.map((kind) => records(kind, 3))]);
  expect(batches.map(({ description }) => description.name)).toEqual(told.map(({ name }) => name));
  expect(batches.map(({ firstIndex }) => firstIndex)).toEqual(told.map((_, index) => 3 * index));
  for (const [index, batch] of batches.entries()) {
    expect(batch.columns().columns.slice(0, -1)).toEqual(
      sampleBatch(told[index]!, 3).columns.slice(0, -1),
    );
    expect([...batch.columns().ordinals()]).toEqual([0, 1, 2].map((row) => batch.firstIndex + row));
  }
  const tbbo = decode([metadata({ schema: SCHEMAS.tbbo.code }), records(SCHEMAS.tbbo, 1)]);
  expect(tbbo.batches[0]!.description.name).toBe('tbbo');
});

it('decodes a column when it is asked for, once', () => {
  const [batch] = decode([metadata(), records(SCHEMAS.trades, 100)]).batches;
  const prices = batch!.column('price');
  expect(prices).toEqual(sampleBatch(SCHEMAS.trades, 100).column('price'));
  expect(batch!.column('price')).toBe(prices);
  expect(batch!.column('ordinal')).toEqual(Uint32Array.from({ length: 100 }, (_, row) => row));
  expect(() => batch!.column('bid_px_00')).toThrow('have no column bid_px_00');
});

it('refuses unknown records after what came before, or skips and counts them', () => {
  const bytes = [
    metadata(),
    records(SCHEMAS.trades, 2),
    blank(0x7e, 32),
    blank(0x7e, 32),
    records(SCHEMAS.trades, 1),
  ];
  const decoder = new DbnDecoder();
  expect(decoder.push(Buffer.concat(bytes))).toMatchObject([{ length: 2 }]);
  const fault = {
    name: 'DbnUnsupportedError',
    code: 'unknown_rtype',
    rtype: 0x7e,
    recordIndex: 2,
    offset: bytes[0]!.length + 96,
  };
  expect(() => decoder.push(new Uint8Array(0))).toThrow(expect.objectContaining(fault));
  expect(() => decoder.finish()).toThrow(expect.objectContaining(fault));
  const skipped = decode(bytes, { unknownRecords: 'skip' });
  expect(skipped.batches).toMatchObject([
    { length: 2, firstIndex: 0 },
    { length: 1, firstIndex: 4 },
  ]);
  expect([...skipped.decoder.skipped]).toEqual([[0x7e, 2]]);
});

it('refuses records of another version’s length', () => {
  const bytes = [metadata({ version: 2 }), records(SCHEMAS.statistics, 1, 3)];
  expect(() => decode(bytes)).toThrow(
    expect.objectContaining({ code: 'wrong_record', rtype: 24, recordIndex: 0 }),
  );
});

it('reads the send time at the end of every record, however long that is', () => {
  const description = withTsOut(SCHEMAS.trades);
  const sample = sampleBatch(description, 4);
  const plain = encodeRecords(sample, 3);
  const longer = Buffer.alloc(4 * 68);
  for (let row = 0; row < 4; row++) {
    longer.set(plain.subarray(row * 56, row * 56 + 48), row * 68);
    longer.set(plain.subarray(row * 56 + 48, row * 56 + 56), row * 68 + 60);
    longer[row * 68] = 17;
  }
  for (const bytes of [plain, longer]) {
    const [batch] = decode([metadata({ tsOut: true }), bytes]).batches;
    expect(batch!.description).toBe(description);
    expect(batch!.columns().columns).toEqual(sample.columns);
  }
  const without = [metadata({ tsOut: true }), records(SCHEMAS.trades, 1)];
  expect(() => decode(without)).toThrow(expect.objectContaining({ code: 'wrong_record' }));
});

it('tells the place of corrupt text in the stream', () => {
  const head = metadata();
  const definitions = records(SCHEMAS.definition, 3);
  definitions.fill(65, 520 + 224, 520 + 228);
  const { batches } = decode([head, records(SCHEMAS.trades, 5), definitions]);
  expect(() => batches[1]!.column('currency')).toThrow(
    expect.objectContaining({
      code: 'bad_string',
      recordIndex: 6,
      offset: head.length + 5 * 48 + 520 + 224,
      rtype: 19,
    }),
  );
  expect(batches[1]!.column('asset')).toHaveLength(3 * 11);
});

const OLD_ERRORS: readonly (readonly [string, number])[] = [
  ['User or API key deactivated', 2],
  ['User or API key deactivated, or so', 255],
  ['User has reached their open connection limit', 3],
  ['Failed to resolve symbol ES.x.0', 4],
  ['Internal error', 6],
  ['Slow client detected for trades', 7],
  ['Something else', 255],
];
const OLD_NOTICES: readonly (readonly [string, number])[] = [
  ['Heartbeat', 0],
  ['Subscription request 1 for trades succeeded', 1],
  ['Warning: slow reading', 2],
  ['Finished trades replay', 3],
  ['End of interval for ohlcv-1s', 4],
  ['Heartbeat of sorts', 255],
];

it('tells the codes of old messages by their text, and writes them back', () => {
  for (const [kind, field, texts] of [
    [MESSAGES.error, 'err', OLD_ERRORS],
    [MESSAGES.system, 'msg', OLD_NOTICES],
  ] as const) {
    const bytes = Buffer.concat(
      texts.map(([text]) => {
        const record = blank(kind.rtype, 80);
        record.write(text, 16);
        return record;
      }),
    );
    const [batch] = decode([metadata({ version: 1 }), bytes]).batches;
    const upgraded = [...batch!.records()];
    expect(upgraded.map((record) => [record[field], record['code'] ?? 255])).toEqual(texts);
    expect(Buffer.compare(encodeRecords(batch!.columns(), 1), bytes)).toBe(0);
    const [modern] = decode([metadata(), encodeRecords(batch!.columns(), 3)]).batches;
    expect([...modern!.records()]).toEqual(upgraded);
    const told = batch!.columns();
    told.column('code')[1] = 9;
    expect(() => encodeRecords(told, 1)).toThrow(expect.objectContaining({ recordIndex: 1 }));
  }
});

it('upgrades symbol mappings, whose old form has no symbol types', () => {
  const record = blank(MESSAGES['symbol-mapping'].rtype, 80);
  record.write('ES.c.0', 16);
  record.write('ESH4', 38);
  record.writeBigUInt64LE(2n ** 64n - 1n, 64);
  record.writeBigUInt64LE(7n, 72);
  const [batch] = decode([metadata({ version: 1 }), record]).batches;
  expect([...batch!.records()]).toEqual([
    {
      kind: 'symbol-mapping',
      rtype: 22,
      ts_event: 0n,
      publisher_id: 0,
      instrument_id: 0,
      stype_in: null,
      stype_in_symbol: 'ES.c.0',
      stype_out: null,
      stype_out_symbol: 'ESH4',
      start_ts: null,
      end_ts: 7n,
    },
  ]);
});

it('takes the length of old bars from the metadata, or leaves it open', () => {
  const bars = records(MESSAGES.ohlcv, 2);
  const kindOf = (changes: Partial<DbnMetadata>, options: DecoderOptions = {}) =>
    decode([metadata(changes), bars], options).batches.map(({ description }) => description.name);
  expect(kindOf({ schema: SCHEMAS['ohlcv-1h'].code })).toEqual(['ohlcv-1h']);
  expect(kindOf({ schema: SCHEMAS['ohlcv-1h'].code }, { upgrade: 'as-is' })).toEqual(['ohlcv']);
  expect(kindOf({})).toEqual(['ohlcv']);
});

it('does not write records of one version as another’s', () => {
  const bytes = [metadata({ version: 1 }), blank(0x13, 360)];
  const [batch] = decode(bytes, { upgrade: 'as-is' }).batches;
  expect(() => encodeRecords(batch!.columns(), 2)).toThrow('decode them upgraded');
  expect(Buffer.compare(encodeRecords(batch!.columns(), 1), bytes[1]!)).toBe(0);
});

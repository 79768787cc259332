import { isDeepStrictEqual } from 'node:util';
import { expect, it } from '@jest/globals';
import { sampleBatch, SCHEMAS } from '@tapeline/records';
import { RecordSplitter } from './record-splitter.js';
import type { RecordBlock } from './record-block.js';
import { DbnError } from './dbn-error.js';
import { encodeMetadata } from './encode-metadata.js';
import { encodeRecords } from './encode-records.js';
import { dbnFiles, plainBytes, seededRandom } from './testdata.js';
import { readPrelude } from './metadata.js';

const metadata = encodeMetadata({
  version: 1,
  dataset: 'GLBX.MDP3',
  schema: null,
  start: 0n,
  end: null,
  limit: null,
  stypeIn: 'raw_symbol',
  stypeOut: 'instrument_id',
  tsOut: false,
  symbols: ['ESH1'],
  partial: [],
  notFound: [],
  mappings: [],
});

/** Three trades, two bars and a trade, behind metadata of a length that is no multiple of 4. */
const mixed = Buffer.concat([
  metadata,
  encodeRecords(sampleBatch(SCHEMAS.trades, 3), 1),
  encodeRecords(sampleBatch(SCHEMAS['ohlcv-1d'], 2), 1),
  encodeRecords(sampleBatch(SCHEMAS.trades, 1), 1),
]);

/** What came out, independent of how it was cut: records by rtype, or the error. */
interface Outcome {
  readonly bytes: Buffer;
  readonly rtypes: number[];
  readonly recordCount: number;
  readonly isSound: boolean;
  readonly metadata: unknown;
  readonly error: unknown;
}

function decode(pieces: Iterable<Uint8Array>): Outcome {
  const decoder = new RecordSplitter();
  const blocks: RecordBlock[] = [];
  let error: unknown = null;
  try {
    for (const piece of pieces) blocks.push(...decoder.push(piece));
    decoder.finish();
  } catch (thrown) {
    if (!(thrown instanceof DbnError)) throw thrown;
    const { code, offset, recordIndex, message } = thrown;
    error = { code, offset, recordIndex, message };
  }
  const rtypes = blocks.flatMap(({ rtype, count }) => Array.from({ length: count }, () => rtype));
  const bytes = Buffer.concat(blocks.map(({ bytes }) => bytes));
  const { metadata, recordCount } = decoder;
  const isSound = blocks.every(({ bytes, count, stride }) => bytes.length === count * stride);
  return { bytes, rtypes, recordCount, isSound, metadata, error };
}

function* cut(bytes: Uint8Array, size: () => number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length;) {
    const end = start + size();
    yield bytes.subarray(start, end);
    start = end;
  }
}

/** Outcomes of cuts that differ from the outcome of the whole. */
function differing(bytes: Uint8Array, cuts: Iterable<Iterable<Uint8Array>>): Outcome[] {
  const whole = decode([bytes]);
  return [...cuts].map(decode).filter((outcome) => !isDeepStrictEqual(outcome, whole));
}

function* everySplit(bytes: Uint8Array): Generator<Uint8Array[]> {
  for (let at = 0; at <= bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
}

if (dbnFiles.length > 0) {
  it.each(dbnFiles.filter((file) => file.schema === null || !file.path.includes('.frag')))(
    '$path gives the same records however it is cut',
    (file) => {
      const bytes = plainBytes(file);
      const whole = decode([bytes]);
      expect(whole.error).toBeNull();
      expect(whole.rtypes).toHaveLength(file.records);
      expect(whole.bytes.equals(bytes.subarray(readPrelude(bytes).size))).toBe(true);
      const random = seededRandom(file.records);
      const pieces = (size: number) => cut(bytes, () => 1 + Math.floor(random() * size));
      const cuts = bytes.length < 2000 ? everySplit(bytes) : [pieces(2000), pieces(70_000)];
      expect(differing(bytes, cuts)).toEqual([]);
    },
  );

  it('takes 6 MB of metadata in small pieces', () => {
    const file = dbnFiles.find(({ path }) => path.endsWith('definition-opra.dbn.zst'));
    const bytes = plainBytes(file!);
    expect(readPrelude(bytes).size).toBeGreaterThan(5_000_000);
    expect(differing(bytes, [cut(bytes, () => 64)])).toEqual([]);
  });
}

it('gives runs of one rtype and length as blocks', () => {
  const blocks = new RecordSplitter().push(mixed);
  expect(blocks.map(({ rtype, stride, count }) => ({ rtype, stride, count }))).toEqual([
    { rtype: 0x00, stride: 48, count: 3 },
    { rtype: 0x23, stride: 56, count: 2 },
    { rtype: 0x00, stride: 48, count: 1 },
  ]);
});

it('gives the same for every split and byte by byte', () => {
  expect(differing(mixed, everySplit(mixed))).toEqual([]);
  expect(differing(mixed, [cut(mixed, () => 1), cut(mixed, () => 7)])).toEqual([]);
  expect(
    differing(mixed, [[...cut(mixed, () => 50)].flatMap((piece) => [piece, new Uint8Array(0)])]),
  ).toEqual([]);
});

it('tells of an end inside metadata or a record, at every byte', () => {
  const boundaries = [0, 48, 96, 144, 200, 256, 304].map((at) => metadata.length + at);
  for (let length = 0; length <= mixed.length; length++) {
    const { error, rtypes, recordCount, isSound } = decode([mixed.subarray(0, length)]);
    const whole = boundaries.findLastIndex((boundary) => boundary <= length);
    const inMetadata = { code: 'truncated', offset: length };
    const inRecord = { code: 'truncated', offset: boundaries[whole], recordIndex: whole };
    const expected = whole < 0 ? inMetadata : inRecord;
    const isWhole = length === boundaries[whole];
    expect([error]).toMatchObject([isWhole ? null : expected]);
    expect(rtypes).toHaveLength(Math.max(whole, 0));
    expect(recordCount).toBe(rtypes.length);
    expect(isSound).toBe(true);
  }
});

it('lets the records before a fault leave, then throws it again and again', () => {
  const bytes = Buffer.from(mixed);
  bytes[metadata.length + 96] = 3;
  const decoder = new RecordSplitter();
  expect(decoder.push(bytes)).toMatchObject([{ count: 2 }]);
  const fault = expect.objectContaining({
    code: 'bad_length',
    offset: metadata.length + 96,
    recordIndex: 2,
  });
  expect(() => decoder.push(mixed)).toThrow(fault);
  expect(() => decoder.finish()).toThrow(fault);
  expect(decoder.recordCount).toBe(2);
  expect(differing(bytes, everySplit(bytes))).toEqual([]);
});

it('refuses metadata above the limit, and allocates only for what has come', () => {
  const claim = Buffer.from(metadata);
  claim.writeUInt32LE(50_000_000, 4);
  expect(() => new RecordSplitter({ maxMetadataBytes: 49_000_000 }).push(claim)).toThrow(
    expect.objectContaining({ code: 'metadata_too_large' }),
  );
  claim.writeUInt32LE(0xffff_ffff, 4);
  expect(() => new RecordSplitter().push(claim)).toThrow(
    '4294967303 bytes, more than the 67108864',
  );
  claim.writeUInt32LE(50_000_000, 4);
  const before = process.memoryUsage().arrayBuffers;
  const decoders = Array.from({ length: 20 }, () => {
    const decoder = new RecordSplitter();
    decoder.push(claim);
    return decoder;
  });
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
  expect(() => decoders[0]!.finish()).toThrow('inside the metadata');
});

it('throws nothing but DbnError on corrupt bytes, and the same however they are cut', () => {
  const random = seededRandom(2);
  let failed = 0;
  for (let round = 0; round < 300; round++) {
    const bytes = Buffer.from(mixed);
    for (let i = 0; i < 6; i++) bytes[Math.floor(random() * bytes.length)] = random() * 256;
    if (decode([bytes]).error) failed++;
    expect(
      differing(bytes, [cut(bytes, () => 1 + Math.floor(random() * 90)), cut(bytes, () => 1)]),
    ).toEqual([]);
  }
  expect(failed).toBeGreaterThan(30);
});

import { expect, it } from '@jest/globals';
import { schemaByCode } from '@tapeline/records';
import type { DbnVersion } from '@tapeline/records';
import { DbnError } from './dbn-error.js';
import { decodeMetadata } from './decode-metadata.js';
import { encodeMetadata } from './encode-metadata.js';
import { readPrelude } from './metadata.js';
import type { DbnMetadata, SymbolMapping } from './metadata.js';
import { STYPES } from './stypes.js';
import { dbnFiles, expectedLines, isFragment, plainBytes, seededRandom } from './testdata.js';
import type { Json } from './testdata.js';

const example = (version: DbnVersion, changes: Partial<DbnMetadata> = {}): DbnMetadata => ({
  version,
  dataset: 'GLBX.MDP3',
  schema: 4,
  start: 1_609_160_400_000_000_000n,
  end: 1_609_200_000_000_000_000n,
  limit: 2n,
  stypeIn: 'raw_symbol',
  stypeOut: 'instrument_id',
  tsOut: false,
  symbols: ['ESH1', 'ESM1'],
  partial: ['ESM1'],
  notFound: ['NÖ'],
  mappings: [
    {
      rawSymbol: 'ESH1',
      intervals: [
        { startDate: '2020-12-28', endDate: '2020-12-29', symbol: '5482' },
        { startDate: '2020-12-29', endDate: '2020-12-30', symbol: '' },
      ],
    },
    { rawSymbol: 'ESM1', intervals: [] },
  ],
  ...changes,
});

const U64_MAX = '18446744073709551615';

/** The conventions of the expected files. */
const toJson = (metadata: DbnMetadata) => ({
  version: metadata.version,
  dataset: metadata.dataset,
  start: String(metadata.start),
  end: metadata.end === null ? U64_MAX : String(metadata.end),
  limit: String(metadata.limit ?? 0n),
  stype_in: metadata.stypeIn,
  stype_out: metadata.stypeOut,
  ts_out: metadata.tsOut,
  symbol_cstr_len: metadata.version === 1 ? 22 : 71,
});

const listsOf = ({ symbols, partial, notFound, mappings }: DbnMetadata) => ({
  symbols,
  partial,
  not_found: notFound,
  mappings: toJsonMappings(mappings),
});

const toJsonMappings = (mappings: readonly SymbolMapping[]) =>
  mappings.map(({ rawSymbol, intervals }) => ({
    raw_symbol: rawSymbol,
    intervals: intervals.map(({ startDate, endDate, symbol }) => ({
      start_date: startDate,
      end_date: endDate,
      symbol,
    })),
  }));

const nameOf = (code: number): string | undefined => schemaByCode(code)?.name;

/** The expectation of a file with megabytes of metadata: counts, and the first and last three entries. */
const summaryOf = ({ symbols, partial, notFound, mappings }: DbnMetadata) => ({
  symbols_count: symbols.length,
  symbols_first: symbols.slice(0, 3),
  partial_count: partial.length,
  partial_first: partial.slice(0, 3),
  partial_last: partial.slice(-3),
  not_found_count: notFound.length,
  mappings_count: mappings.length,
  mappings_intervals_total: mappings.flatMap(({ intervals }) => intervals).length,
  mappings_last: toJsonMappings(mappings.slice(-3)),
});

const withMetadata = dbnFiles.filter((file) => !isFragment(file));

if (withMetadata.length > 0) {
  it.each(withMetadata)('$path has the expected metadata, and encodes to itself', (file) => {
    const bytes = plainBytes(file);
    const metadata = decodeMetadata(bytes);
    const [line] = expectedLines(file.expected as string);
    const { metadata: full, metadata_summary: summary } = line as Record<string, Json>;
    const { schema, ...expected } = (full ?? summary) as Json;
    expect(expected).toMatchObject({
      ...toJson(metadata),
      ...(full ? listsOf(metadata) : summaryOf(metadata)),
    });
    expect(metadata.schema === null ? null : nameOf(metadata.schema)).toBe(schema);
    const source = bytes.subarray(0, readPrelude(bytes).size);
    expect(Buffer.compare(encodeMetadata(metadata), source)).toBe(0);
  });
}

const VERSIONS: readonly DbnVersion[] = [1, 2, 3];

it.each(VERSIONS)('version %d: encodes, decodes, and puts records where the prelude says', (v) => {
  for (const changes of [
    {},
    { schema: null, end: null, limit: null, stypeIn: null, stypeOut: null, tsOut: true },
    { stypeIn: 'security_id', stypeOut: '42', dataset: 'SIXTEEN.CHARS.XX' },
    { symbols: ['A'.repeat(v === 1 ? 21 : 70)], start: 0n, end: 2n ** 64n - 2n },
  ]) {
    const metadata = example(v, changes);
    const bytes = encodeMetadata(metadata);
    expect(decodeMetadata(Buffer.concat([bytes, Buffer.alloc(64, 255)]))).toEqual(metadata);
    expect(readPrelude(bytes)).toEqual({ version: v, size: bytes.length });
    expect(v === 3 ? bytes.length % 8 : 0).toBe(0);
  }
});

it('lays out the fixed part as documented', () => {
  const [one, two] = [encodeMetadata(example(1)), encodeMetadata(example(2))];
  const hex = (bytes: Uint8Array, from: number, to: number) =>
    Buffer.from(bytes.subarray(from, to)).toString('hex');
  expect(hex(one, 0, 4)).toBe('44424e01');
  expect(hex(one, 24, 34)).toBe('04000020a0acdbe25416');
  expect(hex(one, 42, 61)).toBe('0200000000000000ffffffffffffffff010000');
  expect(hex(two, 42, 55)).toBe('02000000000000000100004700');
});

it('refuses what the version has no room for', () => {
  const interval = { startDate: '2024-7-1', endDate: '2024-07-02', symbol: '1' };
  const unfit: Partial<DbnMetadata>[] = [
    { symbols: ['A'.repeat(22)] },
    { notFound: ['€'] },
    { partial: ['A\0B'] },
    { dataset: 'SEVENTEEN.CHARS.X' },
    { start: -1n },
    { end: 2n ** 64n },
    { stypeIn: 'ticker' },
    { stypeOut: '255' },
    { mappings: [{ rawSymbol: 'A', intervals: [interval] }] },
  ];
  for (const changes of unfit) {
    expect(() => encodeMetadata(example(1, changes))).toThrow(
      expect.objectContaining({ code: 'not_representable' }),
    );
  }
});

it.each(VERSIONS)('version %d: an end at any byte is an error', (version) => {
  const bytes = encodeMetadata(example(version));
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decodeMetadata(bytes.subarray(0, length))).toThrow(
      expect.objectContaining({ code: 'truncated', offset: length }),
    );
  }
});

it('says what is wrong with corrupt metadata', () => {
  const corrupt = (offset: number, value: number): Uint8Array => {
    const bytes = encodeMetadata(example(2));
    new DataView(bytes.buffer).setUint32(offset, value, true);
    return bytes;
  };
  const code = (code: string) =>
    expect.objectContaining({
      name: expect.stringMatching(/^Dbn(Corrupt|Unsupported)Error$/),
      code,
    });
  expect(() => decodeMetadata(corrupt(0, 0x03_4e_42_45))).toThrow(code('bad_magic'));
  expect(() => decodeMetadata(corrupt(0, 0xfd2f_b528))).toThrow('decompress it first');
  expect(() => decodeMetadata(corrupt(0, 0x00_4e_42_44))).toThrow(code('unsupported_version'));
  expect(() => decodeMetadata(corrupt(0, 0x04_4e_42_44))).toThrow('version 4 is unknown');
  expect(() => decodeMetadata(corrupt(4, 99))).toThrow(code('bad_length'));
  expect(() => decodeMetadata(corrupt(53, 0))).toThrow('0 bytes wide');
  expect(() => decodeMetadata(corrupt(108, 1))).toThrow('embedded schema definitions');
  expect(() => decodeMetadata(corrupt(112, 0xffff_ffff))).toThrow('4294967295 symbols need');
  const unterminated = encodeMetadata(example(2)).fill(65, 116, 116 + 71);
  expect(() => decodeMetadata(unterminated)).toThrow('no terminating NUL');
  const bytes = encodeMetadata(example(2));
  const date = Buffer.from(bytes.buffer).indexOf(Buffer.from(Uint32Array.of(2020_12_28).buffer));
  for (const value of [0, 2020_13_01, 2020_12_32, 20201, 10000_01_01]) {
    expect(() => decodeMetadata(corrupt(date, value))).toThrow(`${value} is no date`);
  }
});

it('throws nothing but DbnError on corrupt bytes', () => {
  const random = seededRandom(1);
  const original = encodeMetadata(example(1));
  let refused = 0;
  for (let round = 0; round < 20_000; round++) {
    const bytes = original.slice();
    for (let i = 0; i < 4; i++) bytes[Math.floor(random() * bytes.length)] = random() * 256;
    try {
      decodeMetadata(bytes);
    } catch (error) {
      refused++;
      if (!(error instanceof DbnError)) throw error;
    }
  }
  expect(refused).toBeGreaterThan(1000);
});

it('knows symbol types both ways', () => {
  expect(STYPES.raw_symbol).toBe(1);
  expect(STYPES[1]).toBe('raw_symbol');
  expect(STYPES.security_id).toBe(15);
  expect(STYPES[16]).toBeUndefined();
});

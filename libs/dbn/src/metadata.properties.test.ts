import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { VERSIONS } from './arbitrary-records.js';
import { decodeMetadata } from './decode-metadata.js';
import { encodeMetadata } from './encode-metadata.js';
import { layoutOf, readPrelude } from './metadata.js';
import type { DbnMetadata } from './metadata.js';
import { STYPES } from './stypes.js';
import { upgradeMetadata } from './upgrade-metadata.js';

const RUNS = { seed: 20_261_123, numRuns: 400 };
const U64_MAX = 2n ** 64n - 1n;

/** Latin-1 without NUL. */
const text = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ min: 1, maxLength }).map((codes) => String.fromCharCode(...codes));

const u64 = fc.oneof(fc.constantFrom(0n, 1n, U64_MAX), fc.bigInt({ min: 0n, max: U64_MAX }));
/** All but the number that stands for none. */
const orNone = (none: bigint): fc.Arbitrary<bigint | null> =>
  u64.map((value) => (value === none ? null : value));

const date = fc
  .tuple(
    fc.integer({ min: 1000, max: 9999 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 31 }),
  )
  .map(([year, month, day]) =>
    [year, String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-'),
  );

/** Those with a name, those younger than the list, and none. */
const stype = fc.oneof(
  fc.integer({ min: 0, max: 254 }).map((code) => STYPES[code] ?? String(code)),
  fc.constant(null),
);

const metadata: fc.Arbitrary<DbnMetadata> = fc.constantFrom(...VERSIONS).chain((version) => {
  const symbol = text(layoutOf(version).symbolWidth - 1);
  const symbols = fc.array(symbol, { maxLength: 4 });
  const interval = fc.record({ startDate: date, endDate: date, symbol });
  const mapping = fc.record({ rawSymbol: symbol, intervals: fc.array(interval, { maxLength: 4 }) });
  const recordCount = fc.bigInt({ min: 0n, max: U64_MAX - 1n });
  return fc.record(
    {
      version: fc.constant(version),
      dataset: text(16),
      schema: fc.option(fc.integer({ min: 0, max: 0xfffe })),
      start: u64,
      end: orNone(U64_MAX),
      limit: orNone(0n),
      stypeIn: stype,
      stypeOut: stype,
      tsOut: fc.boolean(),
      symbols,
      partial: symbols,
      notFound: symbols,
      mappings: fc.array(mapping, { maxLength: 4 }),
      ...(version === 1 && { recordCount }),
    },
    {
      requiredKeys: [
        'version',
        'dataset',
        'schema',
        'start',
        'end',
        'limit',
        'stypeIn',
        'stypeOut',
        'tsOut',
        'symbols',
        'partial',
        'notFound',
        'mappings',
      ],
    },
  );
});

it('what is encoded is decoded, in every version', () => {
  const seen = new Set<number>();
  fc.assert(
    fc.property(metadata, (given) => {
      const bytes = encodeMetadata(given);
      expect(decodeMetadata(bytes)).toEqual(given);
      expect(readPrelude(bytes)).toEqual({ version: given.version, size: bytes.length });
      expect(given.version === 3 ? bytes.length % 8 : 0).toBe(0);
      // What follows are records.
      expect(decodeMetadata(Buffer.concat([bytes, Buffer.alloc(7, 0xff)]))).toEqual(given);
      expect(Buffer.compare(encodeMetadata(decodeMetadata(bytes)), bytes)).toBe(0);
      seen.add(given.version);
    }),
    RUNS,
  );
  expect(seen.size).toBe(3);
});

it('what is upgraded differs in nothing but the version', () => {
  fc.assert(
    fc.property(metadata, (given) => {
      const { recordCount: _, ...rest } = given;
      const upgraded = decodeMetadata(encodeMetadata(upgradeMetadata(given)));
      expect(upgraded).toEqual({ ...rest, version: 3 });
    }),
    RUNS,
  );
});

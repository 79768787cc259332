import type { DbnVersion } from '@tapeline/records';
import { constants, zstdCompressSync } from 'node:zlib';
import { encodeMetadata } from '../encode-metadata.js';
import type { Fragment } from '../fragment.js';
import { isFragment, rawBytes, testFiles } from '../testdata.js';
import { below, pick, randomBytes } from './draw.js';
import type { Random } from './draw.js';
import { RECORD_FACTS, SCHEMA_CODES, textsOf } from './record-facts.js';

/** Sound bytes to be spoiled. */
export interface Seed {
  readonly bytes: Uint8Array;
  readonly isZstd: boolean;
  /** What is known of records that come without metadata. */
  readonly fragment: Fragment | undefined;
}

const VERSIONS: readonly DbnVersion[] = [1, 2, 3];
const MAX_FILE_BYTES = 3000;
const ZSTD_MAGIC = 0xfd2fb528;

/** Small inputs of every kind of record and version, plain and in zstd, with and without metadata. */
export function makeCorpus(random: Random): Seed[] {
  const seeds: Seed[] = [];
  for (const version of VERSIONS) {
    for (const rtype of RECORD_FACTS.keys()) {
      for (const tsOut of [false, true]) {
        seeds.push(...soundInputs(random, version, [rtype], tsOut));
      }
    }
    const all = [...RECORD_FACTS.keys(), 0x7e];
    for (let round = 0; round < 12; round++) {
      const rtypes = Array.from({ length: round % 6 }, () => pick(random, all));
      seeds.push(...soundInputs(random, version, rtypes, round % 4 === 0));
    }
  }
  return seeds;
}

/** The small files of the test data, if it is there. */
export function realFiles(): Seed[] {
  return testFiles.flatMap((file): Seed[] => {
    const bytes = rawBytes(file.path);
    if (bytes.length < 4 || bytes.length > MAX_FILE_BYTES) return [];
    const version = file.version as DbnVersion;
    const magic = Buffer.from(bytes).readUInt32LE(0);
    return [
      {
        bytes,
        isZstd: magic === ZSTD_MAGIC || file.path.endsWith('.dbz'),
        fragment: isFragment(file) ? { version } : undefined,
      },
    ];
  });
}

/** The same records plain, in zstd, and as a fragment. */
function soundInputs(
  random: Random,
  version: DbnVersion,
  rtypes: readonly number[],
  tsOut: boolean,
): Seed[] {
  const schema = schemaOf(random, rtypes);
  const metadata = soundMetadata(random, version, schema, tsOut);
  const runs = rtypes.map((rtype) => soundRecords(random, rtype, version, tsOut));
  const bytes = Buffer.concat([metadata, ...runs]);
  const fragment = { version, schema, tsOut };
  return [
    { bytes, isZstd: false, fragment: undefined },
    { bytes: inFrames(random, [metadata, ...runs]), isZstd: true, fragment: undefined },
    { bytes: Buffer.concat(runs), isZstd: false, fragment },
    ...(runs.length > 0 ? [{ bytes: inFrames(random, runs), isZstd: true, fragment }] : []),
  ];
}

function schemaOf(random: Random, rtypes: readonly number[]): number | null {
  const [first = -1] = rtypes;
  const code = SCHEMA_CODES.indexOf(RECORD_FACTS.get(first)?.name ?? '');
  if (rtypes.length !== 1 || code < 0) return pick(random, [null, null, 5, 8]);
  return first === 1 ? pick(random, [null, 1, 3]) : pick(random, [null, code]);
}

function soundMetadata(
  random: Random,
  version: DbnVersion,
  schema: number | null,
  tsOut: boolean,
): Uint8Array {
  const symbols = (most: number): string[] =>
    Array.from({ length: below(random, most + 1) }, (_, index) => `ES${'H'.repeat(index)}4`);
  return encodeMetadata({
    version,
    dataset: 'GLBX.MDP3',
    schema,
    start: 1_609_160_400_000_000_000n,
    end: pick(random, [null, 1_609_246_800_000_000_000n]),
    limit: pick(random, [null, 2n]),
    stypeIn: pick(random, [null, 'raw_symbol', 'parent']),
    stypeOut: 'instrument_id',
    tsOut,
    symbols: symbols(3),
    partial: symbols(1),
    notFound: symbols(1),
    mappings: symbols(2).map((rawSymbol) => ({
      rawSymbol,
      intervals: symbols(2).map(() => ({
        startDate: '2020-12-28',
        endDate: '2020-12-29',
        symbol: '5482',
      })),
    })),
  });
}

/** One to four records of any content, their texts ended, some longer than they have to be. */
function soundRecords(
  random: Random,
  rtype: number,
  version: DbnVersion,
  tsOut: boolean,
): Uint8Array {
  const bare = RECORD_FACTS.get(rtype)?.sizes[version - 1] ?? 16 + 4 * below(random, 8);
  const size = bare + (tsOut ? 8 : 0) + (random() < 0.05 ? 4 * below(random, 4) : 0);
  const count = bare > 300 ? 1 + below(random, 2) : 1 + below(random, 4);
  const limit = pick(random, [1, 4, 256]);
  const records = Array.from({ length: count }, () => {
    const record = randomBytes(random, size, limit);
    record.set([size / 4, rtype]);
    for (const [at, width] of textsOf(rtype, version)) {
      record.fill(0, at + below(random, width), at + width);
    }
    return record;
  });
  return Buffer.concat(records);
}

const SKIPPABLE = Buffer.from('502a4d1803000000010203', 'hex');

/** Each part as a frame, with or without checksum; sometimes a frame that holds nothing between. */
export function inFrames(random: Random, parts: readonly Uint8Array[]): Buffer {
  const frames = parts.flatMap((part) => {
    const frame = zstdCompressSync(part, {
      params: {
        [constants.ZSTD_c_checksumFlag]: below(random, 2),
        [constants.ZSTD_c_contentSizeFlag]: below(random, 2),
      },
    });
    return random() < 0.1 ? [frame, SKIPPABLE] : [frame];
  });
  return Buffer.concat(frames);
}

/**
 * What stands in front of the records: a prelude of 8 bytes (`DBN`, version, length of the rest), 100
 * fixed bytes, then lists of NUL-padded symbols. All little-endian. Version 1 has a deprecated record
 * count in the fixed part and narrower symbols; version 3 pads the whole to a multiple of 8.
 */
import type { DbnVersion } from '@tapeline/records';
import { DbnCorruptError, DbnTruncatedError, DbnUnsupportedError } from './dbn-error.js';

/** The symbol that stands for `rawSymbol` during each interval. */
export interface SymbolMapping {
  rawSymbol: string;
  /** UTC dates `YYYY-MM-DD`, the end exclusive. Old files may hold an empty `symbol`: skip those. */
  intervals: { startDate: string; endDate: string; symbol: string }[];
}

/** What was asked for, and how its symbols resolved. */
export interface DbnMetadata {
  version: DbnVersion;
  dataset: string;
  /** Number of the schema; null where schemas are mixed. */
  schema: number | null;
  /** Start of the requested range, ns since epoch, inclusive. */
  start: bigint;
  /** Its exclusive end; null where there is none, as in live sessions. */
  end: bigint | null;
  /** Most records asked for; null for no limit. */
  limit: bigint | null;
  /** Only of version 1, where its deprecated field was filled. Not to be relied upon. */
  recordCount?: bigint;
  stypeIn: string | null;
  stypeOut: string | null;
  /** Whether every record carries 8 more bytes at its end: the gateway's send time. */
  tsOut: boolean;
  /** The symbols as asked for, in `stypeIn`. */
  symbols: string[];
  /** Symbols that resolved on some, not all, days of the range. */
  partial: string[];
  /** Symbols that resolved on no day. */
  notFound: string[];
  mappings: SymbolMapping[];
}

export const PRELUDE_BYTES = 8;
export const FIXED_BYTES = 100;
export const DATASET_BYTES = 16;
export const NO_SCHEMA = 0xffff;
export const U64_MAX = 0xffff_ffff_ffff_ffffn;

/** Positions from the start of the prelude of what moved between versions. */
export const layoutOf = (version: DbnVersion) =>
  version === 1
    ? { stypeIn: 58, symbolWidth: 22, alignment: 1 }
    : { stypeIn: 50, symbolWidth: 71, alignment: version === 3 ? 8 : 1 };

/** Position of the width of symbols, which version 1 lacks. */
export const SYMBOL_WIDTH_OFFSET = 53;

/**
 * Version and total size of the metadata, prelude included: where the first record begins.
 * @param bytes at least the first 8 bytes.
 * @throws DbnError bad_magic, unsupported_version, truncated or bad_length.
 */
export function readPrelude(bytes: Uint8Array): { version: DbnVersion; size: number } {
  if (bytes.length < PRELUDE_BYTES) {
    throw new DbnTruncatedError(
      'truncated',
      `DBN begins with a prelude of 8 bytes, but the input ends after ${bytes.length}; fetch it again`,
      { offset: bytes.length },
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0, true);
  if ((magic & 0xff_ffff) !== 0x4e_4244) throw badMagic(bytes);
  const version = magic >>> 24;
  if (version !== 1 && version !== 2 && version !== 3) {
    throw new DbnUnsupportedError(
      'unsupported_version',
      `DBN version ${version} is unknown; versions 1, 2 and 3 can be read`,
      { offset: 3 },
    );
  }
  const length = view.getUint32(4, true);
  if (length < FIXED_BYTES) {
    throw new DbnCorruptError(
      'bad_length',
      `the metadata claim ${length} bytes, less than their fixed part of ${FIXED_BYTES}; the input is corrupt`,
      { offset: 4 },
    );
  }
  return { version, size: PRELUDE_BYTES + length };
}

function badMagic(bytes: Uint8Array): DbnCorruptError {
  const start = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  const advice =
    start === '28b52ffd' ? 'it is zstd: decompress it first' : 'check what the source returned';
  return new DbnCorruptError(
    'bad_magic',
    `the input begins with bytes ${start} instead of "DBN"; ${advice}`,
    { offset: 0 },
  );
}

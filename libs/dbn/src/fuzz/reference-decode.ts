import type { DbnVersion } from '@tapeline/records';
import { fragmentMetadata } from '../fragment.js';
import type { Fragment } from '../fragment.js';
import type { DbnMetadata } from '../metadata.js';
import { RECORD_FACTS, SCHEMA_CODES, textsOf } from './record-facts.js';
import { referenceMetadata, Refusal } from './reference-metadata.js';

export interface ExpectedRecord {
  readonly index: number;
  readonly offset: number;
  readonly size: number;
  readonly rtype: number;
  readonly name: string;
  /** Bytes of the input at which texts without a NUL begin. */
  readonly badTexts: readonly number[];
}

/** What is to come out of some bytes. */
export interface Expectation {
  readonly metadata: DbnMetadata | undefined;
  readonly records: readonly ExpectedRecord[];
  /** How many were left out as unknown. */
  readonly skipped: number;
  /** Why the input is refused behind these records; undefined if it is not. */
  readonly refusal: Refusal | undefined;
}

export interface ReferenceOptions {
  readonly fragment: Fragment | undefined;
  readonly upgrade: 'v3' | 'as-is';
  readonly unknownRecords: 'refuse' | 'skip';
  readonly maxMetadataBytes: number;
}

/** Reads the whole input at once, byte by byte, from the facts of the format alone. */
export function referenceDecode(bytes: Uint8Array, options: ReferenceOptions): Expectation {
  const records: ExpectedRecord[] = [];
  let metadata: DbnMetadata | undefined;
  let skipped = 0;
  let refusal: Refusal | undefined;
  try {
    let offset = 0;
    if (options.fragment) metadata = fragmentMetadata(options.fragment);
    else ({ metadata, end: offset } = referenceMetadata(bytes, options.maxMetadataBytes));
    for (let index = 0; offset < bytes.length; index++) {
      const size = bytes[offset]! * 4;
      if (size < 16) throw new Refusal('bad_length', offset, index);
      if (size > bytes.length - offset) throw new Refusal('truncated', offset, index);
      const rtype = bytes[offset + 1]!;
      const name = nameOf(rtype, metadata.schema, options.upgrade);
      if (name !== undefined) {
        if (!isLength(rtype, metadata, size)) throw new Refusal('wrong_record', offset, index);
        const badTexts = badTextsOf(bytes, offset, rtype, metadata.version);
        records.push({ index, offset, size, rtype, name, badTexts });
      } else if (options.unknownRecords === 'skip') {
        skipped++;
      } else {
        throw new Refusal('unknown_rtype', offset, index);
      }
      offset += size;
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refusal = error;
  }
  return { metadata, records, skipped, refusal };
}

/** The schema of the metadata tells tbbo from mbp-1, and upgraded bars of old files from one another. */
function nameOf(rtype: number, schema: number | null, upgrade: string): string | undefined {
  const told = schema === null ? undefined : SCHEMA_CODES[schema];
  if (rtype === 1 && told === 'tbbo') return told;
  if (rtype === 0x11 && upgrade === 'v3' && told?.startsWith('ohlcv-')) return told;
  return RECORD_FACTS.get(rtype)?.name;
}

/** Records may be longer than known, but a length that another version has is a wrong version. */
function isLength(rtype: number, { version, tsOut }: DbnMetadata, size: number): boolean {
  const sizes = RECORD_FACTS.get(rtype)!.sizes.map((bare) => (tsOut ? bare + 8 : bare));
  const own = sizes[version - 1]!;
  if (size === own || size === own + 8) return true;
  return size > own && !sizes.some((other) => size === other || size === other + 8);
}

const badTextsOf = (
  bytes: Uint8Array,
  offset: number,
  rtype: number,
  version: DbnVersion,
): number[] =>
  textsOf(rtype, version)
    .filter(([at, width]) => !bytes.subarray(offset + at, offset + at + width).includes(0))
    .map(([at]) => offset + at);

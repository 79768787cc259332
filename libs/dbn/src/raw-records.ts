import type { DbnVersion, RecordDescription } from '@tapeline/records';
import { DbnCorruptError } from './dbn-error.js';
import type { RecordBlock } from './record-block.js';

/** Checked records of one kind and version, and where they stand in the input they come from. */
export interface RawRecords {
  /** Whole records each, at any alignment. */
  readonly segments: readonly Uint8Array[];
  readonly count: number;
  /** Bytes per record, a multiple of 4. */
  readonly stride: number;
  readonly rtype: number;
  /** Byte of the input at which the first begins, for errors. */
  readonly offset: number;
  /** Position of the first in the input, for errors. */
  readonly recordIndex: number;
}

/** Bars written before cadences had rtypes of their own. */
const DEPRECATED_OHLCV_RTYPE = 0x11;
const TS_OUT_BYTES = 8;
const VERSIONS = [1, 2, 3] as const;

/**
 * The records in `bytes`, once every header fits the description. Longer records than the version's are
 * accepted, since fields may be appended, but not those of a length that another version has.
 * @throws DbnCorruptError bad_length or wrong_record.
 */
export function rawRecords(
  description: RecordDescription,
  version: DbnVersion,
  bytes: Uint8Array,
  stride: number,
): RawRecords {
  requireFit(description, version, stride, { offset: 0, recordIndex: 0 });
  if (bytes.length % stride !== 0) {
    throw new DbnCorruptError(
      'bad_length',
      `${bytes.length} bytes are not whole records of ${stride}; give whole records only`,
      { offset: bytes.length - (bytes.length % stride) },
    );
  }
  checkHeaders(description, bytes, stride);
  const count = bytes.length / stride;
  const { rtype } = description;
  return { segments: [bytes], count, stride, rtype, offset: 0, recordIndex: 0 };
}

/**
 * The records of a block, all of which have its length and rtype.
 * @param description of that rtype. @throws DbnCorruptError wrong_record
 */
export function blockRecords(
  description: RecordDescription,
  version: DbnVersion,
  { segments, count, stride, offset, firstIndex: recordIndex }: RecordBlock,
): RawRecords {
  requireFit(description, version, stride, { offset, recordIndex });
  return { segments, count, stride, rtype: description.rtype, offset, recordIndex };
}

function requireFit(
  description: RecordDescription,
  version: DbnVersion,
  stride: number,
  origin: Pick<RawRecords, 'offset' | 'recordIndex'>,
): void {
  if (fits(description, version, stride)) return;
  throw new DbnCorruptError(
    'wrong_record',
    `record ${origin.recordIndex} has ${stride} bytes where ${description.name} of DBN version ${version} ` +
      `has ${description.recordSize[version]}; check the schema and version given`,
    { ...origin, rtype: description.rtype },
  );
}

function fits(description: RecordDescription, version: DbnVersion, stride: number): boolean {
  const size = description.recordSize[version];
  if (stride === size || stride === size + TS_OUT_BYTES) return true;
  if (stride < size || stride % 4 !== 0) return false;
  return VERSIONS.every((other) => {
    const excess = stride - description.recordSize[other];
    return excess !== 0 && excess !== TS_OUT_BYTES;
  });
}

/** A header begins with the record's length in words, then its rtype. */
function checkHeaders(description: RecordDescription, bytes: Uint8Array, stride: number): void {
  const { name, rtype } = description;
  const length = stride / 4;
  const alternative = name.startsWith('ohlcv-') ? DEPRECATED_OHLCV_RTYPE : rtype;
  for (let at = 0; at < bytes.length; at += stride) {
    const found = bytes[at + 1]!;
    if (bytes[at] === length && (found === rtype || found === alternative)) continue;
    const recordIndex = at / stride;
    throw new DbnCorruptError(
      'wrong_record',
      `record ${recordIndex} has rtype ${found} and ${4 * bytes[at]!} bytes where ${name} has rtype ` +
        `${rtype} and ${stride}; check the schema and version given`,
      { offset: at, recordIndex, rtype: found },
    );
  }
}

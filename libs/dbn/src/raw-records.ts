import type { DbnVersion, RecordDescription } from '@tapeline/records';
import { DbnCorruptError } from './dbn-error.js';

/** Where records stand in the input they come from, so that errors can tell. */
export interface Origin {
  readonly offset: number;
  readonly recordIndex: number;
}

export const NO_ORIGIN: Origin = { offset: 0, recordIndex: 0 };

/** Checked records of one kind and version, as arrays over the same aligned memory. */
export interface RawRecords {
  readonly bytes: Uint8Array;
  readonly halves: Uint16Array;
  readonly words: Uint32Array;
  readonly count: number;
  /** Bytes per record, a multiple of 4. */
  readonly stride: number;
  readonly rtype: number;
  readonly origin: Origin;
}

/** Bars written before cadences had rtypes of their own. */
const DEPRECATED_OHLCV_RTYPE = 0x11;
const TS_OUT_BYTES = 8;
const VERSIONS = [1, 2, 3] as const;

/**
 * The records in `bytes` (copied only if these are not aligned to 4 bytes), once every header fits the
 * description. Longer records than the version's are accepted, since fields may be appended, but not those
 * of a length that another version has.
 * @throws DbnCorruptError bad_length or wrong_record.
 */
export function rawRecords(
  description: RecordDescription,
  version: DbnVersion,
  bytes: Uint8Array,
  stride: number,
): RawRecords {
  const records = uniformRecords(description, version, bytes, stride, NO_ORIGIN);
  checkHeaders(description, records);
  return records;
}

/**
 * The same for records that are known to have one length and one rtype, that of the description.
 * @throws DbnCorruptError bad_length or wrong_record.
 */
export function uniformRecords(
  description: RecordDescription,
  version: DbnVersion,
  bytes: Uint8Array,
  stride: number,
  origin: Origin,
): RawRecords {
  const { rtype } = description;
  if (!fits(description, version, stride)) {
    throw new DbnCorruptError(
      'wrong_record',
      `record ${origin.recordIndex} has ${stride} bytes where ${description.name} of DBN version ${version} ` +
        `has ${description.recordSize[version]}; check the schema and version given`,
      { ...origin, rtype },
    );
  }
  if (bytes.length % stride !== 0) {
    throw new DbnCorruptError(
      'bad_length',
      `${bytes.length} bytes are not whole records of ${stride}; give whole records only`,
      { offset: origin.offset + bytes.length - (bytes.length % stride) },
    );
  }
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return {
    bytes: new Uint8Array(buffer, byteOffset, bytes.length),
    halves: new Uint16Array(buffer, byteOffset, bytes.length / 2),
    words: new Uint32Array(buffer, byteOffset, bytes.length / 4),
    count: bytes.length / stride,
    stride,
    rtype,
    origin,
  };
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
function checkHeaders(description: RecordDescription, records: RawRecords): void {
  const { words, count, stride, rtype, origin } = records;
  const step = stride / 4;
  const isBar = description.name.startsWith('ohlcv-');
  const expected = step | (rtype << 8);
  const alternative = isBar ? step | (DEPRECATED_OHLCV_RTYPE << 8) : expected;
  for (let row = 0, at = 0; row < count; row++, at += step) {
    const header = words[at]! & 0xffff;
    if (header !== expected && header !== alternative) {
      const recordIndex = origin.recordIndex + row;
      throw new DbnCorruptError(
        'wrong_record',
        `record ${recordIndex} has rtype ${header >>> 8} and ${4 * (header & 0xff)} bytes where ` +
          `${description.name} has rtype ${rtype} and ${stride}; check the schema and version given`,
        { offset: origin.offset + row * stride, recordIndex, rtype: header >>> 8 },
      );
    }
  }
}

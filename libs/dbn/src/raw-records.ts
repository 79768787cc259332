import type { DbnVersion, SchemaDescription } from '@tapeline/records';
import { DbnError } from './dbn-error.js';

/** Checked records of one schema and version, as arrays over the same aligned memory. */
export interface RawRecords {
  readonly bytes: Uint8Array;
  readonly halves: Uint16Array;
  readonly words: Uint32Array;
  readonly count: number;
  /** Bytes per record, a multiple of 4. */
  readonly stride: number;
}

/** Bars written before cadences had rtypes of their own. */
const DEPRECATED_OHLCV_RTYPE = 0x11;
const TS_OUT_BYTES = 8;
const VERSIONS = [1, 2, 3] as const;

/**
 * The records in `bytes` (copied only if these are not aligned to 4 bytes), once every header fits the
 * schema. Longer records than the version's are accepted, since fields may be appended, but not those of
 * a length that another version has.
 * @throws DbnError bad_length or wrong_record.
 */
export function rawRecords(
  schema: SchemaDescription,
  version: DbnVersion,
  bytes: Uint8Array,
  stride: number,
): RawRecords {
  if (!fits(schema, version, stride)) {
    throw new DbnError(
      'wrong_record',
      `records of ${stride} bytes are no ${schema.name} of DBN version ${version}, which take ` +
        `${schema.recordSize[version]}; check the schema and version given`,
    );
  }
  if (bytes.length % stride !== 0) {
    throw new DbnError(
      'bad_length',
      `${bytes.length} bytes are not whole records of ${stride}; give whole records only`,
      { offset: bytes.length - (bytes.length % stride) },
    );
  }
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  const records = {
    bytes: new Uint8Array(buffer, byteOffset, bytes.length),
    halves: new Uint16Array(buffer, byteOffset, bytes.length / 2),
    words: new Uint32Array(buffer, byteOffset, bytes.length / 4),
    count: bytes.length / stride,
    stride,
  };
  checkHeaders(schema, records);
  return records;
}

function fits(schema: SchemaDescription, version: DbnVersion, stride: number): boolean {
  const size = schema.recordSize[version];
  if (stride === size || stride === size + TS_OUT_BYTES) return true;
  if (stride < size || stride % 4 !== 0) return false;
  return VERSIONS.every((other) => {
    const excess = stride - schema.recordSize[other];
    return excess !== 0 && excess !== TS_OUT_BYTES;
  });
}

/** A header begins with the record's length in words, then its rtype. */
function checkHeaders(schema: SchemaDescription, { words, count, stride }: RawRecords): void {
  const step = stride / 4;
  const isBar = schema.name.startsWith('ohlcv-');
  const expected = step | (schema.rtype << 8);
  const alternative = isBar ? step | (DEPRECATED_OHLCV_RTYPE << 8) : expected;
  for (let row = 0, at = 0; row < count; row++, at += step) {
    const header = words[at]! & 0xffff;
    if (header !== expected && header !== alternative) {
      throw new DbnError(
        'wrong_record',
        `record ${row} has rtype ${header >>> 8} and ${4 * (header & 0xff)} bytes where ${schema.name} ` +
          `has rtype ${schema.rtype} and ${stride}; check the schema and version given`,
        { offset: row * stride, recordIndex: row },
      );
    }
  }
}

/**
 * One field of all records into one column, in one tight loop over aligned words: no object and no
 * BigInt per record. Which loop is chosen follows from the description alone.
 */
import { readString, TS_OUT, words } from '@tapeline/records';
import type {
  ColumnData,
  ColumnDescription,
  DbnVersion,
  RecordDescription,
  WireField,
} from '@tapeline/records';
import type { AlignedWindow } from './aligned-window.js';
import { DbnCorruptError } from './dbn-error.js';
import { highWord, lowWord } from './halves.js';
import type { RawRecords } from './raw-records.js';

/** Fills rows `from` up to `to` from a window whose first record is that of row `from`. */
export type RowReader = (window: AlignedWindow, from: number, to: number) => void;

/**
 * A loop that fills all of `data`, whatever it held, with the column's values of records of a version.
 * @param description to which the column belongs.
 */
export function columnReader(
  description: RecordDescription,
  column: ColumnDescription,
  version: DbnVersion,
  records: RawRecords,
  data: ColumnData,
): RowReader {
  const field = column.wire[version];
  if (field) return fieldReader(column, atEnd(column, field, records), records, data);
  const source = description.columns.find(({ name }) => name === column.inference?.from);
  const text = source?.wire[version];
  return text
    ? inferringReader(column, text, records, data as Uint8Array)
    : absentReader(column, data);
}

/** `ts_out` stands at the end of records that may be longer than this version knows. */
const atEnd = (column: ColumnDescription, field: WireField, { stride }: RawRecords): WireField =>
  column.name === TS_OUT ? { ...field, offset: stride - field.width } : field;

function fieldReader(
  column: ColumnDescription,
  field: WireField,
  records: RawRecords,
  data: ColumnData,
): RowReader {
  if (column.type === 'string') return stringReader(column, field, records, data as Uint8Array);
  if (field.type !== column.type) return wideningReader(column, field, records, words(data));
  // Signs do not matter where bits are copied.
  const { buffer, byteOffset, byteLength } = data;
  const { offset } = field;
  const { stride } = records;
  switch (field.width) {
    case 8:
      return offset % 8 === 0 && stride % 8 === 0
        ? reader64(stride, offset, new BigUint64Array(buffer, byteOffset, byteLength / 8))
        : reader2x32(stride, offset, words(data));
    case 4:
      return reader32(stride, offset, words(data));
    case 2:
      return reader16(stride, offset, new Uint16Array(buffer, byteOffset, byteLength / 2));
    default:
      return reader8(stride, offset, new Uint8Array(buffer, byteOffset, byteLength));
  }
}

function absentReader(column: ColumnDescription, data: ColumnData): RowReader {
  const { absentValue, width } = column;
  if (column.type === 'string') {
    return (_, from, to) => void (data as Uint8Array).fill(0, from * width, to * width);
  }
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    return (_, from, to) => void data.fill(absentValue, from, to);
  }
  return (_, from, to) => void data.fill(Number(absentValue), from, to);
}

/** Rare messages only: the text of every record becomes a string. */
function inferringReader(
  column: ColumnDescription,
  text: WireField,
  { stride }: RawRecords,
  out: Uint8Array,
): RowReader {
  return ({ bytes }, from, to) => {
    for (let row = from, at = text.offset; row < to; row++, at += stride) {
      out[row] = inferValue(column, readString(bytes.subarray(at), text.width, 0));
    }
  };
}

/** What a text tells of a column that the version lacks. */
export const inferValue = ({ inference, absentValue }: ColumnDescription, text: string): number =>
  Number(inference?.rules.find(([pattern]) => pattern.test(text))?.[1] ?? absentValue);

/** Between arrays of BigInts no BigInt is made. */
function reader64(stride: number, offset: number, out: BigUint64Array): RowReader {
  const step = stride / 8;
  return ({ longs }, from, to) => {
    for (let row = from, at = offset / 8; row < to; row++, at += step) out[row] = longs[at]!;
  };
}

function reader2x32(stride: number, offset: number, out: Uint32Array): RowReader {
  const step = stride / 4;
  return ({ words }, from, to) => {
    for (let row = from, at = offset / 4; row < to; row++, at += step) {
      out[2 * row] = words[at]!;
      out[2 * row + 1] = words[at + 1]!;
    }
  };
}

function reader32(stride: number, offset: number, out: Uint32Array): RowReader {
  const step = stride / 4;
  return ({ words }, from, to) => {
    for (let row = from, at = offset / 4; row < to; row++, at += step) out[row] = words[at]!;
  };
}

function reader16(stride: number, offset: number, out: Uint16Array): RowReader {
  const step = stride / 2;
  return ({ halves }, from, to) => {
    for (let row = from, at = offset / 2; row < to; row++, at += step) out[row] = halves[at]!;
  };
}

function reader8(stride: number, offset: number, out: Uint8Array): RowReader {
  return ({ bytes }, from, to) => {
    for (let row = from, at = offset; row < to; row++, at += stride) out[row] = bytes[at]!;
  };
}

/** 32 bits of an older version into 64; its narrower "not set" becomes the canonical one. */
function wideningReader(
  column: ColumnDescription,
  field: WireField,
  { stride }: RawRecords,
  out: Uint32Array,
): RowReader {
  const step = stride / 4;
  const isSigned = field.type === 'i32';
  const nullWord = field.nullValue === undefined ? -1 : lowWord(field.nullValue);
  const nullLow = lowWord(column.nullValue ?? 0n);
  const nullHigh = highWord(column.nullValue ?? 0n);
  return ({ words }, from, to) => {
    for (let row = from, at = field.offset / 4; row < to; row++, at += step) {
      const value = words[at]!;
      const isNull = value === nullWord;
      out[2 * row] = isNull ? nullLow : value;
      out[2 * row + 1] = isNull ? nullHigh : isSigned ? (value | 0) >> 31 : 0;
    }
  };
}

/** Copies up to the NUL; what follows it on the wire is left out, and the column may be wider. */
function stringReader(
  column: ColumnDescription,
  field: WireField,
  records: RawRecords,
  out: Uint8Array,
): RowReader {
  const { stride } = records;
  const { width } = column;
  return ({ bytes }, from, to) => {
    out.fill(0, from * width, to * width);
    for (let row = from, start = field.offset; row < to; row++, start += stride) {
      let length = 0;
      for (let byte = bytes[start]!; byte !== 0; byte = bytes[start + length]!) {
        out[row * width + length] = byte;
        if (++length === field.width) throw unterminated(column, field, row, records);
      }
    }
  };
}

function unterminated(
  column: ColumnDescription,
  field: WireField,
  row: number,
  records: RawRecords,
): DbnCorruptError {
  const recordIndex = records.recordIndex + row;
  const offset = records.offset + row * records.stride + field.offset;
  return new DbnCorruptError(
    'bad_string',
    `${column.name} of record ${recordIndex} has no terminating NUL; the record is corrupt`,
    { offset, recordIndex, rtype: records.rtype },
  );
}

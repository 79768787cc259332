/** The inverse of reading fields: one column into one field of all records, in one tight loop. */
import { readString, words } from '@tapeline/records';
import type {
  ColumnarBatch,
  ColumnData,
  ColumnDescription,
  DbnVersion,
  RecordDescription,
  WireField,
} from '@tapeline/records';
import { DbnEncodeError } from './dbn-error.js';
import { highWord, lowWord } from './halves.js';
import { inferValue } from './read-field.js';

/** Room for records, as arrays over the same memory. */
export interface RecordMemory {
  readonly bytes: Uint8Array;
  readonly halves: Uint16Array;
  readonly words: Uint32Array;
  readonly count: number;
  /** Bytes per record, a multiple of 4. */
  readonly stride: number;
}

/**
 * Writes one column of the batch into the records of a version. Where that has no such field nothing is
 * written, but the values must be those that a reader would assume.
 * @throws DbnEncodeError
 */
export function writeColumn(
  batch: ColumnarBatch<RecordDescription>,
  column: ColumnDescription,
  version: DbnVersion,
  data: ColumnData,
  records: RecordMemory,
): void {
  const field = column.wire[version];
  if (!field && column.inference) requireInferred(batch, column, data);
  else if (!field) requireAbsent(column, data, records.count);
  else if (column.type === 'string') writeStrings(column, field, data as Uint8Array, records);
  else if (field.type !== column.type) writeNarrowed(column, field, words(data), records);
  else writeNumbers(field, data, records);
}

function requireAbsent(column: ColumnDescription, data: ColumnData, count: number): void {
  const perValue = data.length / Math.max(count, 1);
  const wanted = data.BYTES_PER_ELEMENT === 8 ? column.absentValue : Number(column.absentValue);
  const at = data.findIndex((value: number | bigint) => value !== wanted);
  if (at >= 0) throw unfit(column, Math.floor(at / perValue), 'this version has no such field');
}

function requireInferred(
  batch: ColumnarBatch<RecordDescription>,
  column: ColumnDescription,
  data: ColumnData,
): void {
  const { from = '' } = column.inference ?? {};
  const texts = batch.column(from) as Uint8Array;
  const width = texts.length / Math.max(batch.length, 1);
  for (let row = 0; row < batch.length; row++) {
    if (data[row] !== inferValue(column, readString(texts, width, row))) {
      throw unfit(column, row, 'this version has no such field');
    }
  }
}

function writeNumbers(field: WireField, data: ColumnData, records: RecordMemory): void {
  const { buffer, byteOffset } = data;
  const { count } = records;
  switch (field.width) {
    case 8:
      return write64(records, field.offset, new Uint32Array(buffer, byteOffset, 2 * count));
    case 4:
      return write32(records, field.offset, new Uint32Array(buffer, byteOffset, count));
    case 2:
      return write16(records, field.offset, new Uint16Array(buffer, byteOffset, count));
    default:
      return write8(records, field.offset, new Uint8Array(buffer, byteOffset, count));
  }
}

function write64({ words, stride, count }: RecordMemory, offset: number, from: Uint32Array): void {
  const step = stride / 4;
  for (let row = 0, at = offset / 4; row < count; row++, at += step) {
    words[at] = from[2 * row]!;
    words[at + 1] = from[2 * row + 1]!;
  }
}

function write32({ words, stride, count }: RecordMemory, offset: number, from: Uint32Array): void {
  const step = stride / 4;
  for (let row = 0, at = offset / 4; row < count; row++, at += step) words[at] = from[row]!;
}

function write16({ halves, stride, count }: RecordMemory, offset: number, from: Uint16Array): void {
  const step = stride / 2;
  for (let row = 0, at = offset / 2; row < count; row++, at += step) halves[at] = from[row]!;
}

function write8({ bytes, stride, count }: RecordMemory, offset: number, from: Uint8Array): void {
  for (let row = 0, at = offset; row < count; row++, at += stride) bytes[at] = from[row]!;
}

/** 64 bits into the 32 of an older version, whose "not set" no other value may become. */
function writeNarrowed(
  column: ColumnDescription,
  field: WireField,
  from: Uint32Array,
  { words, stride, count }: RecordMemory,
): void {
  const step = stride / 4;
  const signed = field.type === 'i32';
  const nullWord = field.nullValue === undefined ? -1 : lowWord(field.nullValue);
  const nullLow = column.nullValue === undefined ? -1 : lowWord(column.nullValue);
  const nullHigh = highWord(column.nullValue ?? 0n);
  for (let row = 0, at = field.offset / 4; row < count; row++, at += step) {
    const low = from[2 * row]!;
    const high = from[2 * row + 1]!;
    if (low === nullLow && high === nullHigh) {
      words[at] = nullWord;
    } else {
      const extension = signed ? ((low | 0) >> 31) >>> 0 : 0;
      if (high !== extension || low === nullWord) {
        throw unfit(column, row, `its value does not fit the ${field.type} of this version`);
      }
      words[at] = low;
    }
  }
}

/** The last byte of a field stays NUL. */
function writeStrings(
  column: ColumnDescription,
  field: WireField,
  from: Uint8Array,
  { bytes, stride, count }: RecordMemory,
): void {
  const { width } = column;
  for (let row = 0, to = field.offset; row < count; row++, to += stride) {
    const start = row * width;
    for (let i = 0; i < width && from[start + i] !== 0; i++) {
      if (i === field.width - 1) {
        throw unfit(column, row, `this version has room for ${field.width - 1} characters`);
      }
      bytes[to + i] = from[start + i]!;
    }
  }
}

const unfit = (column: ColumnDescription, row: number, reason: string): DbnEncodeError =>
  new DbnEncodeError(
    `${column.name} of record ${row} cannot be written: ${reason}; write version 3`,
    { recordIndex: row },
  );

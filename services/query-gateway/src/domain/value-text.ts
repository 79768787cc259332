/** Values of a column as the text of an answer, straight into bytes. */
import {
  DAY_NS,
  nullTest,
  readString,
  SESSIONS,
  utcDate,
  words,
  writeInt64,
  writePrice,
  writeTimestamp,
  writeUint64,
  writeUnsigned,
} from '@tapeline/records';
import type { ColumnData, ColumnDescription } from '@tapeline/records';
import type { AnswerOptions } from './answer-options.js';

type ValueOptions = Pick<AnswerOptions, 'price' | 'time'>;

/** Writes the value of a row at `at`; @returns where it ends. */
export type ValueWriter = (out: Uint8Array, at: number, row: number) => number;

/** How texts, and what is unset, are written. */
export interface TextStyle {
  readonly null: string;
  /** A text with its quotes. */
  readonly text: (text: string) => string;
  /** What stands around numbers that readers would round: 64-bit integers, prices, times. */
  readonly quote: string;
}

export interface ColumnText {
  /** Most bytes of a value. */
  readonly most: number;
  readonly write: ValueWriter;
}

/** Most bytes that one character takes: `\u0000` as JSON. */
const MOST_OF_A_CHARACTER = 6;
const MINUS = 45;
/** Of a time in ISO 8601 with its quotes; no number is longer. */
const MOST_TIME = 32;

/** The values of a column, all digits exact unless floats are asked for. */
export function columnText(
  column: ColumnDescription,
  data: ColumnData,
  options: ValueOptions,
  style: TextStyle,
): ColumnText {
  const write = valueWriter(column, data, options, style);
  const isNull = nullTest(column, data);
  const unset = Buffer.from(style.null);
  const most = mostBytes(column, style);
  if (!isNull) return { most, write };
  return {
    most,
    write: (out, at, row) => (isNull(row) ? put(out, at, unset) : write(out, at, row)),
  };
}

function mostBytes({ type, width }: ColumnDescription, style: TextStyle): number {
  const text = MOST_OF_A_CHARACTER * (type === 'string' ? width : 10) + 2;
  return Math.max(style.null.length, type === 'string' ? text : Math.max(text, MOST_TIME));
}

function valueWriter(
  column: ColumnDescription,
  data: ColumnData,
  { price, time }: ValueOptions,
  style: TextStyle,
): ValueWriter {
  const words64 = (write: typeof writeInt64): ValueWriter => {
    const pairs = words(data);
    return quoted(style.quote, (out, at, row) =>
      write(out, at, pairs[2 * row]!, pairs[2 * row + 1]!),
    );
  };
  const told = (textOf: (value: number) => string): ValueWriter => {
    const known = new Map<number, Uint8Array>();
    return (out, at, row) => {
      const value = data[row] as number;
      let bytes = known.get(value);
      if (!bytes) known.set(value, (bytes = Buffer.from(textOf(value))));
      return put(out, at, bytes);
    };
  };
  if (column.derived === 'bool') return told((value) => (value === 0 ? 'false' : 'true'));
  if (column.derived === 'session') return told((value) => style.text(SESSIONS[value] ?? ''));
  if (column.derived === 'date') return told((day) => style.text(utcDate(BigInt(day) * DAY_NS)));
  switch (column.type) {
    case 'price':
      if (price === 'float') return floats(data);
      return words64(price === 'decimal' ? writePrice : writeInt64);
    case 'i64':
      return words64(writeInt64);
    case 'timestamp':
      return words64(time === 'iso' ? writeTimestamp : writeUint64);
    case 'u64':
      return words64(writeUint64);
    case 'char':
      return told((code) => style.text(String.fromCharCode(code)));
    case 'string':
      return (out, at, row) => {
        const text = style.text(readString(data as Uint8Array, column.width, row));
        return at + Buffer.from(out.buffer, out.byteOffset, out.length).write(text, at);
      };
    case 'i8':
    case 'u8':
    case 'i16':
    case 'u16':
    case 'i32':
    case 'u32':
      return (out, at, row) => {
        const value = data[row] as number;
        if (value >= 0) return writeUnsigned(out, at, value);
        out[at] = MINUS;
        return writeUnsigned(out, at + 1, -value);
      };
  }
}

const TWO_32 = 4_294_967_296;
const UNITS = 1e9;

/** Prices as the nearest floats: as exact as whoever asks for them wants it. */
function floats(data: ColumnData): ValueWriter {
  const pairs = words(data);
  return (out, at, row) => {
    const text = String(((pairs[2 * row + 1]! | 0) * TWO_32 + pairs[2 * row]!) / UNITS);
    for (let index = 0; index < text.length; index++) out[at + index] = text.charCodeAt(index);
    return at + text.length;
  };
}

function quoted(quote: string, write: ValueWriter): ValueWriter {
  if (quote === '') return write;
  const mark = quote.charCodeAt(0);
  return (out, at, row) => {
    out[at] = mark;
    const end = write(out, at + 1, row);
    out[end] = mark;
    return end + 1;
  };
}

/** Copies bytes; few of them, so that a loop is quicker than a call. */
export function put(out: Uint8Array, at: number, bytes: Uint8Array): number {
  for (let index = 0; index < bytes.length; index++) out[at + index] = bytes[index]!;
  return at + bytes.length;
}

import {
  formatPrice,
  formatTimestamp,
  readString,
  UNDEF_PRICE,
  UNDEF_TIMESTAMP,
} from '@tapeline/records';
import type { ColumnData, ColumnDescription } from '@tapeline/records';
import type { TextOptions } from './text-options.js';

/** The text of one row's value, or null where it is not set. */
export type ValueFormat = (row: number) => string | null;

/** How Databento prints a column: integers, pretty prices and times on request, NUL letters as null. */
export function valueFormat(
  column: ColumnDescription,
  data: ColumnData,
  options: TextOptions,
): ValueFormat {
  const { type } = column;
  if (type === 'string') return (row) => readString(data as Uint8Array, column.width, row);
  if (type === 'char') return (row) => (data[row] === 0 ? null : escapeLetter(data[row] as number));
  if (type === 'price' && options.prettyPx) return (row) => prettyPrice(data[row] as bigint);
  if (type === 'timestamp' && options.prettyTs) return (row) => prettyTime(data[row] as bigint);
  return (row) => String(data[row]);
}

const prettyPrice = (price: bigint): string | null =>
  price === UNDEF_PRICE ? null : formatPrice(price);

const prettyTime = (time: bigint): string | null =>
  time === 0n || time === UNDEF_TIMESTAMP ? null : formatTimestamp(time);

const ESCAPES: Readonly<Record<number, string>> = {
  9: String.raw`\t`,
  10: String.raw`\n`,
  13: String.raw`\r`,
  34: String.raw`\"`,
  39: String.raw`\'`,
  92: String.raw`\\`,
};

/** Letters outside printable ASCII in the notation of Rust and C. */
function escapeLetter(code: number): string {
  if (ESCAPES[code] !== undefined) return ESCAPES[code];
  if (code >= 32 && code < 127) return String.fromCharCode(code);
  return String.raw`\x${code.toString(16).padStart(2, '0')}`;
}

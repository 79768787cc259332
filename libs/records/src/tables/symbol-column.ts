/** What tables for people have beside the columns of a record. */
import { words } from '../columnar-batch.js';
import type { ColumnData } from '../columnar-batch.js';
import { column } from '../schema-description.js';
import type { ColumnDescription } from '../schema-description.js';

/** As wide as a symbol of DBN version 3. */
const SYMBOL_BYTES = 71;

/** What an instrument was called on the record's day; null where nothing is known. */
export const SYMBOL_COLUMN = column(
  'symbol',
  'string',
  [null, null, null],
  'what instrument_id stood for on that day',
  { widths: SYMBOL_BYTES, nullValue: 0n },
);

/** The data of {@link SYMBOL_COLUMN}. @param names each once; `slots` says by row which of them. */
export function symbolColumn(
  names: readonly (string | null)[],
  slots: Uint32Array,
): Uint8Array<ArrayBuffer> {
  const wide = names.map((name) => {
    const bytes = Buffer.alloc(SYMBOL_BYTES);
    if (name !== null) bytes.write(name, 'latin1');
    return bytes;
  });
  const data = new Uint8Array(slots.length * SYMBOL_BYTES);
  for (let row = 0; row < slots.length; row++) data.set(wide[slots[row]!]!, row * SYMBOL_BYTES);
  return data;
}

/** Letters as texts of one character: readers of tables show single bytes as blobs. */
export const lettersAsText = (described: ColumnDescription): ColumnDescription =>
  described.type === 'char' ? { ...described, type: 'string' } : described;

/** The first row whose time Arrow and Parquet cannot say: they count nanoseconds in a signed integer, up to 2262. */
export function firstTimeBeyond(data: ColumnData): number | undefined {
  const pairs = words(data);
  for (let high = 1; high < pairs.length; high += 2) {
    if (pairs[high]! < 0x8000_0000) continue;
    const isUnset = pairs[high] === 0xffff_ffff && pairs[high - 1] === 0xffff_ffff;
    if (!isUnset) return (high - 1) / 2;
  }
  return undefined;
}

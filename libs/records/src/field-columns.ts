/** Columns that several kinds of record share. */
import { column } from './schema-description.js';
import type { ColumnDescription, Offsets } from './schema-description.js';

/** The largest values of narrow types: what "not set" is for them where a field has such a value. */
export const UNSET = {
  i8: 0x7fn,
  u8: 0xffn,
  i16: 0x7fffn,
  u16: 0xffffn,
  i32: 0x7fff_ffffn,
  u32: 0xffff_ffffn,
  i64: 0x7fff_ffff_ffff_ffffn,
} as const;

export const tsEvent = (meaning: string): ColumnDescription =>
  column('ts_event', 'timestamp', 8, meaning);
export const venueTime = tsEvent('time at the matching engine, ns since epoch');
export const tsRecv = (
  offset: number,
  meaning = 'time of capture, ns since epoch',
): ColumnDescription => column('ts_recv', 'timestamp', offset, meaning);
export const publisherId = column('publisher_id', 'u16', 2, 'dataset and venue of the record');
export const instrumentId = column(
  'instrument_id',
  'u32',
  4,
  'numeric instrument, unique only within a dataset and a day',
);
export const tsInDelta = (offset: Offsets): ColumnDescription =>
  column('ts_in_delta', 'i32', offset, 'ns from the venue sending to ts_recv');
export const sequence = (offset: Offsets): ColumnDescription =>
  column('sequence', 'u32', offset, "the venue's message number; several records may share one");

/** A NUL-padded text, of one width or of one for each version. */
export const text = (
  name: string,
  offsets: Offsets,
  widths: number | readonly [number, number, number],
  meaning: string,
): ColumnDescription => column(name, 'string', offsets, meaning, { widths });

import { utcDate } from '@tapeline/records';
import type { SchemaDescription } from '@tapeline/records';
import type { RecordPart } from './market-source.js';

/** Larger parts become a frame before their time is over. */
const MOST_FRAME_BYTES = 4 * 1024 * 1024;
const DATE_LETTERS = { day: 10, month: 7, year: 4 } as const;

/**
 * Joins records to what becomes one zstd frame each: those of a day of ticks, or of a month or year of
 * the sparser schemas, but not much more than {@link MOST_FRAME_BYTES}. Ends after `limit` records.
 */
export async function* frameRecords(
  parts: AsyncIterable<RecordPart>,
  schema: SchemaDescription,
  limit: number,
): AsyncGenerator<Uint8Array> {
  let open: Uint8Array[] = [];
  let size = 0;
  let period = '';
  let left = limit;
  for await (const { bytes, count, start } of parts) {
    const own = utcDate(start).slice(0, DATE_LETTERS[schema.partition]);
    if (size > 0 && (own !== period || size + bytes.length > MOST_FRAME_BYTES)) {
      yield Buffer.concat(open);
      [open, size] = [[], 0];
    }
    period = own;
    const wanted = count <= left ? bytes : bytes.subarray(0, (bytes.length / count) * left);
    left -= Math.min(count, left);
    open.push(wanted);
    size += wanted.length;
    if (left === 0) break;
  }
  if (size > 0) yield Buffer.concat(open);
}

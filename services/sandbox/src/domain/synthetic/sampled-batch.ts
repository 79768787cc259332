/** The quote and the last trade at the end of each interval, sampled from mbp-1. */
import { ColumnarBatch, SCHEMAS, UNDEF_PRICE, words } from '@tapeline/records';
import { bookBatch } from './book-batch.js';
import { ASK, BID } from './trade-columns.js';
import type { SliceTape } from './trade-columns.js';
import { TimeBase, writeWhole } from './write-words.js';

/** Seconds of an interval by schema. */
export const SAMPLE_SECONDS = { 'bbo-1s': 1, 'bbo-1m': 60 } as const;
export type SampledSchema = keyof typeof SAMPLE_SECONDS;

export const isSampledSchema = (name: string): name is SampledSchema =>
  Object.hasOwn(SAMPLE_SECONDS, name);

const SECOND = 1e9;
const NONE = 78;
const UNDEF_TIMESTAMP = 2n ** 64n - 1n;
/** Columns that are as in the last record of mbp-1 in the interval. */
const SAME = [
  'publisher_id',
  'instrument_id',
  'flags',
  'sequence',
  'bid_px_00',
  'ask_px_00',
  'bid_sz_00',
  'ask_sz_00',
  'bid_ct_00',
  'ask_ct_00',
];

/**
 * As the vendor does it: an interval in which nothing changed has no record, and without a trade in it the
 * session's last one is carried forward.
 * @param previous the last tape of the session before this slice, if there is one.
 */
export function sampledBatch(
  schema: SampledSchema,
  seed: number,
  slice: SliceTape,
  previous: () => SliceTape | undefined,
): ColumnarBatch {
  const book = bookBatch('mbp-1', seed, slice);
  const length = SAMPLE_SECONDS[schema] * SECOND;
  const rows = lastOfIntervals(book.captured, length);
  const quotes = book.batch.take(rows);
  const batch = ColumnarBatch.allocate(SCHEMAS[schema], rows.length);
  for (const name of SAME) {
    (batch.column(name) as Uint32Array).set(quotes.column(name) as Uint32Array<ArrayBuffer>);
  }
  const base = new TimeBase(slice.start);
  const received = words(batch.column('ts_recv'));
  rows.forEach((row, index) => {
    base.write(received, index, (Math.floor(book.captured[row]! / length) + 1) * length);
  });
  const traded = Int32Array.from(rows, (row) => book.traded[row]!);
  writeLastTrades(batch, slice, traded, previous);
  return batch;
}

/** Rows after which another interval begins, and the last. Intervals begin with the slice. */
function lastOfIntervals(captured: Float64Array, length: number): Uint32Array {
  const rows: number[] = [];
  for (let row = 0; row < captured.length; row++) {
    const next = captured[row + 1];
    const isLast =
      next === undefined || Math.floor(next / length) !== Math.floor(captured[row]! / length);
    if (isLast) rows.push(row);
  }
  return Uint32Array.from(rows);
}

/** @param traded by record, the slice's last trade; negative before its first. */
function writeLastTrades(
  batch: ColumnarBatch,
  slice: SliceTape,
  traded: Int32Array,
  previous: () => SliceTape | undefined,
): void {
  const occurred = batch.column('ts_event');
  const price = batch.column('price');
  const sizes = batch.column('size') as Uint32Array;
  const sides = batch.column('side') as Uint8Array;
  const write = (row: number, { tape, start, instrument }: SliceTape, i: number): void => {
    new TimeBase(start).write(words(occurred), row, tape.occurred[i]!);
    writeWhole(words(price), row, tape.price[i]! * instrument.product.tick);
    sizes[row] = tape.size[i]!;
    sides[row] = tape.buy[i] === 1 ? BID : ASK;
  };
  const earlier = traded.length > 0 && traded[0]! < 0 ? previous() : undefined;
  traded.forEach((trade, row) => {
    if (trade >= 0) return write(row, slice, trade);
    if (earlier) return write(row, earlier, earlier.tape.count - 1);
    occurred[row] = UNDEF_TIMESTAMP;
    price[row] = UNDEF_PRICE;
    sides[row] = NONE;
  });
}

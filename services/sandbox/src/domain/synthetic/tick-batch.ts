/** Records of the tick schemas out of one slice's tape. Every schema has the same trades. */
import { ColumnarBatch, SCHEMAS } from '@tapeline/records';
import { bookBatch, quoteRandom } from './book-batch.js';
import { drawQuote, emptyQuote, QuoteColumns } from './quote-columns.js';
import { TradeColumns } from './trade-columns.js';
import type { SliceTape } from './trade-columns.js';

export type TickSchema = 'trades' | 'tbbo' | 'mbp-1' | 'mbp-10';

/** The records of one slice, in the order of capture. */
export function tickBatch(schema: TickSchema, seed: number, slice: SliceTape): ColumnarBatch {
  switch (schema) {
    case 'trades':
      return tradesBatch(slice);
    case 'tbbo':
      return tbboBatch(seed, slice);
    case 'mbp-1':
    case 'mbp-10':
      return bookBatch(schema, seed, slice).batch;
  }
}

function tradesBatch(slice: SliceTape): ColumnarBatch {
  const { count } = slice.tape;
  const batch = ColumnarBatch.allocate(SCHEMAS.trades, count);
  const columns = new TradeColumns(batch, slice);
  for (let i = 0; i < count; i++) columns.trade(i, slice, i);
  return batch;
}

function tbboBatch(seed: number, slice: SliceTape): ColumnarBatch {
  const { tape } = slice;
  const batch = ColumnarBatch.allocate(SCHEMAS.tbbo, tape.count);
  const columns = new TradeColumns(batch, slice);
  const quotes = new QuoteColumns(batch, slice.instrument.product.tick);
  const random = quoteRandom(seed, slice);
  const quote = emptyQuote();
  for (let i = 0; i < tape.count; i++) {
    if (tape.first[i] === i) drawQuote(random, quote, tape.bid[i]!, tape.ask[i]!);
    columns.trade(i, slice, i);
    quotes.write(i, quote);
  }
  return batch;
}

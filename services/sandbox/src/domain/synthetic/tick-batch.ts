/** Records of the tick schemas out of one slice's tape. Every schema has the same trades. */
import { ColumnarBatch, SCHEMAS } from '@tapeline/records';
import type { Tape } from './generate-tape.js';
import { drawQuote, emptyQuote, QuoteColumns } from './quote-columns.js';
import type { Quote } from './quote-columns.js';
import { Random } from './random.js';
import { ASK, BID, LAST, SEQUENCES_PER_TRADE, TradeColumns } from './trade-columns.js';
import type { SliceTape } from './trade-columns.js';

export const tickSchemas = ['trades', 'tbbo', 'mbp-1'] as const;
export type TickSchema = (typeof tickSchemas)[number];

/** The records of one slice, in the order of capture. */
export function tickBatch(schema: TickSchema, seed: number, slice: SliceTape): ColumnarBatch {
  switch (schema) {
    case 'trades':
      return tradesBatch(slice);
    case 'tbbo':
      return tbboBatch(seed, slice);
    case 'mbp-1':
      return mbp1Batch(seed, slice);
  }
}

function tradesBatch(slice: SliceTape): ColumnarBatch {
  const { count } = slice.tape;
  const batch = ColumnarBatch.allocate(SCHEMAS.trades, count);
  const columns = new TradeColumns(batch, slice);
  for (let i = 0; i < count; i++) columns.trade(i, slice, i);
  return batch;
}

/** Quantities of the quotes before each event: the same in tbbo and mbp-1. */
const quoteRandom = (seed: number, slice: SliceTape) =>
  new Random(seed, slice.instrument.id, slice.start, 3);

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

const MOST_CHANGES = SEQUENCES_PER_TRADE - 1;

/** Before each venue event the quote changes one to three times, ending at the quote of tbbo. */
function mbp1Batch(seed: number, slice: SliceTape): ColumnarBatch {
  const { tape } = slice;
  const room = ColumnarBatch.allocate(SCHEMAS['mbp-1'], tape.count * (MOST_CHANGES + 1));
  const columns = new TradeColumns(room, slice);
  const quotes = new QuoteColumns(room, slice.instrument.product.tick);
  const random = quoteRandom(seed, slice);
  const changes = new Random(seed, slice.instrument.id, slice.start, 4);
  const quote = emptyQuote();
  const passing = emptyQuote();
  let row = 0;
  for (let i = 0; i < tape.count; i++) {
    if (tape.first[i] === i) {
      drawQuote(random, quote, tape.bid[i]!, tape.ask[i]!);
      const count = 1 + changes.below(MOST_CHANGES);
      for (let change = 1; change <= count; change++) {
        if (change < count) drawPassingQuote(changes, passing, quote);
        const shown = change < count ? passing : quote;
        writeChange(columns, row, slice, i, change / (count + 1), change - 1, shown, changes);
        quotes.write(row, shown);
        row += 1;
      }
    }
    columns.trade(row, slice, i);
    quotes.write(row, quote);
    row += 1;
  }
  return room.slice(0, row);
}

/** A quote at most one tick wider than the one it leads to. */
function drawPassingQuote(random: Random, passing: Quote, quote: Quote): void {
  const lower = random.unit() < 0.2 ? 1 : 0;
  const higher = random.unit() < 0.2 ? 1 : 0;
  drawQuote(random, passing, quote.bid - lower, quote.ask + higher);
}

const ADD = 65;
const CANCEL = 67;
const MODIFY = 77;
const ACTIONS = [ADD, CANCEL, MODIFY] as const;
const SECOND = 1e9;
const LATENCY = 15_000;

function writeChange(
  columns: TradeColumns,
  row: number,
  { tape, firstSequence }: SliceTape,
  i: number,
  part: number,
  change: number,
  quote: Quote,
  random: Random,
): void {
  const captured = timeBetween(tape, i, part);
  const occurred = captured - Math.min(captured % SECOND, LATENCY + random.below(LATENCY));
  const onBid = random.unit() < 0.5;
  const price = onBid ? quote.bid : quote.ask;
  columns.event(row, captured, occurred, price, onBid ? quote.bidSize : quote.askSize);
  columns.message(
    row,
    ACTIONS[random.below(ACTIONS.length)]!,
    onBid ? BID : ASK,
    LAST,
    firstSequence + SEQUENCES_PER_TRADE * i + change,
  );
}

/** A time between the previous trade's capture and that of trade `i`, never on a whole second. */
function timeBetween({ captured }: Tape, i: number, part: number): number {
  const before = i > 0 ? captured[i - 1]! : 0;
  const time = Math.floor(before + (captured[i]! - before) * part);
  return time % SECOND === 0 ? time + 1 : time;
}

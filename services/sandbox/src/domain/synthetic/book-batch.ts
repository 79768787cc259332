/** Changes of the book and trades of one slice. */
import { ColumnarBatch, SCHEMAS } from '@tapeline/records';
import { DepthColumns } from './depth-columns.js';
import type { Tape } from './generate-tape.js';
import { drawQuote, emptyQuote, QuoteColumns } from './quote-columns.js';
import type { Quote } from './quote-columns.js';
import { Random } from './random.js';
import { ASK, BID, LAST, SEQUENCES_PER_TRADE, TradeColumns } from './trade-columns.js';
import type { SliceTape } from './trade-columns.js';

export interface Book {
  readonly batch: ColumnarBatch;
  /** ns from the slice's start to the capture of each record. */
  readonly captured: Float64Array;
  /** The last trade of the tape up to each record, or -1. */
  readonly traded: Int32Array;
}

/** Quantities of the quotes before each event: the same in tbbo, mbp-1 and mbp-10. */
export const quoteRandom = (seed: number, { instrument, start }: SliceTape): Random =>
  new Random(seed, instrument.id, start, 3);

const MOST_CHANGES = SEQUENCES_PER_TRADE - 1;

/**
 * Before each venue event the quote changes one to three times, ending at the quote of tbbo. mbp-10 has
 * the very records of mbp-1 with the levels below, which stand still.
 */
export function bookBatch(schema: 'mbp-1' | 'mbp-10', seed: number, slice: SliceTape): Book {
  const { tape, instrument } = slice;
  const most = tape.count * (MOST_CHANGES + 1);
  const room = ColumnarBatch.allocate(SCHEMAS[schema], most);
  const captured = new Float64Array(most);
  const traded = new Int32Array(most);
  const columns = new TradeColumns(room, slice);
  const quotes = new QuoteColumns(room, instrument.product.tick);
  const depth = schema === 'mbp-10' ? new DepthColumns(room, seed, slice) : undefined;
  const random = quoteRandom(seed, slice);
  const changes = new Random(seed, instrument.id, slice.start, 4);
  const quote = emptyQuote();
  const passing = emptyQuote();
  let row = 0;
  const close = (shown: Quote, time: number, trade: number): void => {
    quotes.write(row, shown);
    depth?.write(row, shown);
    captured[row] = time;
    traded[row] = trade;
    row += 1;
  };
  for (let i = 0; i < tape.count; i++) {
    if (tape.first[i] === i) {
      drawQuote(random, quote, tape.bid[i]!, tape.ask[i]!);
      const count = 1 + changes.below(MOST_CHANGES);
      for (let change = 1; change <= count; change++) {
        if (change < count) drawPassingQuote(changes, passing, quote);
        const shown = change < count ? passing : quote;
        const time = timeBetween(tape, i, change / (count + 1));
        writeChange(columns, row, time, shown, changes);
        columns.sequence(row, slice.firstSequence + SEQUENCES_PER_TRADE * i + change - 1);
        close(shown, time, i - 1);
      }
    }
    columns.trade(row, slice, i);
    close(quote, tape.captured[i]!, i);
  }
  return {
    batch: room.slice(0, row),
    captured: captured.subarray(0, row),
    traded: traded.subarray(0, row),
  };
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
  captured: number,
  quote: Quote,
  random: Random,
): void {
  const occurred = captured - Math.min(captured % SECOND, LATENCY + random.below(LATENCY));
  const onBid = random.unit() < 0.5;
  const price = onBid ? quote.bid : quote.ask;
  columns.event(row, captured, occurred, price, onBid ? quote.bidSize : quote.askSize);
  columns.message(row, ACTIONS[random.below(ACTIONS.length)]!, onBid ? BID : ASK, LAST);
}

/** A time between the previous trade's capture and that of trade `i`, never on a whole second. */
function timeBetween({ captured }: Tape, i: number, part: number): number {
  const before = i > 0 ? captured[i - 1]! : 0;
  const time = Math.floor(before + (captured[i]! - before) * part);
  return time % SECOND === 0 ? time + 1 : time;
}

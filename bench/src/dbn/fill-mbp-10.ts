import { columnsOf } from './columns-of.js';
import { createMarket, OPEN, TICK } from './market.js';
import type { Fill } from './workloads.js';

const LEVELS = 10;
const FIELDS = ['bid_px', 'ask_px', 'bid_sz', 'ask_sz', 'bid_ct', 'ask_ct'] as const;
/** A add, C cancel, M modify, T trade, as often as they stand here. */
const ACTIONS = Buffer.from('AAACCMT');
const [ASK, BID] = [0x41, 0x42];

/** Changes of books of ten levels: one level's size and number of orders at a time. */
export function fillMbp10(): Fill {
  const { next, random } = createMarket(2);
  /** By instrument: 10 bid sizes, 10 ask sizes. An order is five contracts on average. */
  const sizes = new Map<number, Uint32Array>();
  return (batch) => {
    const { wide, narrow } = columnsOf(batch);
    const [tsRecv, tsEvent, price] = [wide('ts_recv'), wide('ts_event'), wide('price')];
    const levels = Array.from({ length: LEVELS }, (_, level) => {
      const [bidPx, askPx, ...rest] = FIELDS.map(
        (field) => `${field}_${String(level).padStart(2, '0')}`,
      );
      const counts = rest.map((name) => narrow(name));
      return { bidPx: wide(bidPx!), askPx: wide(askPx!), counts };
    });
    const fields = ['publisher_id', 'instrument_id', 'action', 'side', 'flags', 'depth'].map(
      narrow,
    );
    const [size, delta, sequence] = [narrow('size'), narrow('ts_in_delta'), narrow('sequence')];
    for (let row = 0; row < batch.length; row++) {
      const event = next();
      const book = sizes.get(event.instrument) ?? new Uint32Array(2 * LEVELS).fill(40);
      sizes.set(event.instrument, book);
      const depth = Math.floor(LEVELS * random() ** 2);
      const changed = event.isBuy ? depth : LEVELS + depth;
      book[changed] = 1 + Math.floor(200 * random() ** 3);
      const best = BigInt(event.price);
      tsEvent[row] = OPEN + BigInt(event.elapsed);
      tsRecv[row] = OPEN + BigInt(event.elapsed + event.latency);
      price[row] = (event.isBuy ? best - BigInt(depth) : best + BigInt(depth + 1)) * TICK;
      [
        1,
        event.instrumentId,
        ACTIONS[Math.floor(ACTIONS.length * random())]!,
        event.isBuy ? BID : ASK,
        event.isLast ? 130 : 2,
        depth,
      ].forEach((value, index) => (fields[index]![row] = value));
      size[row] = event.size;
      delta[row] = event.sendDelta;
      sequence[row] = event.sequence;
      for (let level = 0; level < LEVELS; level++) {
        const { bidPx, askPx, counts } = levels[level]!;
        const [bid, ask] = [book[level]!, book[LEVELS + level]!];
        bidPx[row] = (best - BigInt(level)) * TICK;
        askPx[row] = (best + BigInt(level + 1)) * TICK;
        counts[0]![row] = bid;
        counts[1]![row] = ask;
        counts[2]![row] = Math.ceil(bid / 5);
        counts[3]![row] = Math.ceil(ask / 5);
      }
    }
  };
}

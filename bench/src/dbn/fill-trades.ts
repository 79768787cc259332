import { columnsOf } from './columns-of.js';
import { createMarket, OPEN, TICK } from './market.js';
import type { Fill } from './workloads.js';

const LAST = 128;
const [TRADE, ASK, BID] = [0x54, 0x41, 0x42];

/** Trades of a day on one venue. */
export function fillTrades(): Fill {
  const { next } = createMarket(1);
  return (batch) => {
    const { wide, narrow } = columnsOf(batch);
    const [tsRecv, tsEvent, price] = [wide('ts_recv'), wide('ts_event'), wide('price')];
    const [publisher, instrument] = [narrow('publisher_id'), narrow('instrument_id')];
    const [action, side, flags] = [narrow('action'), narrow('side'), narrow('flags')];
    const [size, delta, sequence] = [narrow('size'), narrow('ts_in_delta'), narrow('sequence')];
    for (let row = 0; row < batch.length; row++) {
      const event = next();
      tsEvent[row] = OPEN + BigInt(event.elapsed);
      tsRecv[row] = OPEN + BigInt(event.elapsed + event.latency);
      price[row] = BigInt(event.price) * TICK;
      publisher[row] = 1;
      instrument[row] = event.instrumentId;
      action[row] = TRADE;
      side[row] = event.isBuy ? BID : ASK;
      flags[row] = event.isLast ? LAST : 0;
      size[row] = event.size;
      delta[row] = event.sendDelta;
      sequence[row] = event.sequence;
    }
  };
}

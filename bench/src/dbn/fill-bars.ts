import { columnsOf } from './columns-of.js';
import { OPEN, TICK } from './market.js';
import { seededRandom } from './seeded-random.js';
import type { Fill } from './workloads.js';

const INSTRUMENTS = 40;
const MINUTE = 60_000_000_000n;

/** Bars of one minute, all instruments of a minute one after the other. */
export function fillBars(): Fill {
  const random = seededRandom(3);
  const closes = Array.from({ length: INSTRUMENTS }, (_, index) => 4000 + 900 * index);
  let position = 0;
  return (batch) => {
    const { wide, narrow } = columnsOf(batch);
    const [tsEvent, volume] = [wide('ts_event'), wide('volume')];
    const prices = ['open', 'high', 'low', 'close'].map(wide);
    const [publisher, instrument] = [narrow('publisher_id'), narrow('instrument_id')];
    for (let row = 0; row < batch.length; row++, position++) {
      const index = position % INSTRUMENTS;
      const open = closes[index]!;
      const close = open + Math.round(6 * (random() - 0.5));
      const high = Math.max(open, close) + Math.floor(4 * random() ** 2);
      const low = Math.min(open, close) - Math.floor(4 * random() ** 2);
      closes[index] = close;
      tsEvent[row] = OPEN + BigInt(Math.floor(position / INSTRUMENTS)) * MINUTE;
      [open, high, low, close].forEach((value, at) => (prices[at]![row] = BigInt(value) * TICK));
      volume[row] = BigInt(1 + Math.floor(3000 * random() ** 3));
      publisher[row] = 1;
      instrument[row] = 5482 + 37 * index;
    }
  };
}

import { seededRandom } from './seeded-random.js';

/** ns since epoch at which every generated market opens: 2024-07-08T13:30Z. */
export const OPEN = 1_720_445_400_000_000_000n;
/** One price step, 0.25, in units of 1e-9. */
export const TICK = 250_000_000n;
const INSTRUMENTS = 12;

/** What happens next in one of several instruments. */
export interface MarketEvent {
  readonly instrument: number;
  readonly instrumentId: number;
  /** ns since the open, below 2^53. */
  readonly elapsed: number;
  /** ns from the venue to the capture. */
  readonly latency: number;
  /** ns from the venue's sending to the capture. */
  readonly sendDelta: number;
  /** In ticks. */
  readonly price: number;
  readonly size: number;
  readonly isBuy: boolean;
  readonly sequence: number;
  /** Whether it is the last of the messages of one moment. */
  readonly isLast: boolean;
}

/**
 * An endless market, the same for the same seed: busy and quiet instruments, prices that walk, small sizes
 * mostly, and bursts of events that share their time, as an order has that takes several resting ones.
 */
export function createMarket(seed: number): { next: () => MarketEvent; random: () => number } {
  const random = seededRandom(seed);
  const prices = Array.from({ length: INSTRUMENTS }, (_, index) => 4000 + 1700 * index);
  let sequence = 1_000_000;
  let burst = 0;
  let moment = { instrument: 0, elapsed: 0, latency: 0, sendDelta: 0, isBuy: true };
  const next = (): MarketEvent => {
    if (burst === 0) {
      burst = random() < 0.55 ? 1 : 2 + Math.floor(4 * random() ** 2);
      moment = {
        instrument: Math.floor(INSTRUMENTS * random() ** 3),
        elapsed: moment.elapsed + 200 + Math.floor(8_000_000 * random() ** 4),
        latency: 90_000 + Math.floor(60_000 * random() ** 3),
        sendDelta: 12_000 + Math.floor(4000 * random() ** 2),
        isBuy: random() < 0.5,
      };
      sequence += 1 + Math.floor(12 * random() ** 3);
      if (random() < 0.2) prices[moment.instrument]! += moment.isBuy ? 1 : -1;
    }
    burst--;
    return {
      ...moment,
      instrumentId: 5482 + 37 * moment.instrument,
      price: prices[moment.instrument]!,
      size: 1 + Math.floor(20 * random() ** 6),
      sequence,
      isLast: burst === 0,
    };
  };
  return { next, random };
}

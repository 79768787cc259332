/** The trades of one instrument in one slice, from which every schema is made. */
import type { Random } from './random.js';

/** One entry per trade in every array, in the order of capture. */
export interface Tape {
  readonly count: number;
  /** ns from the slice's start to capture. */
  readonly captured: Float64Array;
  /** ns from the slice's start to the event at the venue; earlier than capture, in the same second. */
  readonly occurred: Float64Array;
  /** Price in ticks. */
  readonly price: Int32Array;
  readonly size: Uint32Array;
  /** 1 where a buyer was the aggressor, else 0. */
  readonly buy: Uint8Array;
  /** Best bid and ask, in ticks, immediately before the venue event. */
  readonly bid: Int32Array;
  readonly ask: Int32Array;
  /** Index of the first trade of the same venue event. */
  readonly first: Uint32Array;
}

export interface TapeTerms {
  readonly count: number;
  /** Of the slice, in ns; a whole number of seconds. */
  readonly duration: number;
  /** Price in ticks at the slice's start and end; need not be whole. */
  readonly from: number;
  readonly to: number;
  /** Deviation of the walk between them, in ticks. */
  readonly deviation: number;
  /** Most ticks between bid and ask. */
  readonly widest: number;
  /** Size of one trade. */
  readonly sizeOf: (random: Random) => number;
}

const SECOND = 1e9;
/** A venue event often fills several orders: as many trades with equal times. */
const SAME_EVENT = 0.15;
const NEXT_LEVEL = 0.15;
const WIDER = 0.06;
const MIN_LATENCY = 12_000;
const LATENCY_SPREAD = 25_000;

/** Trades at uneven times, on a random walk that is pinned at both ends of the slice. */
export function generateTape(random: Random, terms: TapeTerms): Tape {
  const { count } = terms;
  const tape: Tape = {
    count,
    captured: new Float64Array(count),
    occurred: new Float64Array(count),
    price: new Int32Array(count),
    size: new Uint32Array(count),
    buy: new Uint8Array(count),
    bid: new Int32Array(count),
    ask: new Int32Array(count),
    first: new Uint32Array(count),
  };
  placeEvents(random, tape, terms.duration);
  walkPrices(random, tape, terms);
  return tape;
}

/** Times that grow, with the gaps of a Poisson process made burstier. */
function placeEvents(random: Random, tape: Tape, duration: number): void {
  const { captured, occurred, first, count } = tape;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    if (i > 0 && random.unit() < SAME_EVENT) {
      first[i] = first[i - 1]!;
    } else {
      const gap = random.exponential();
      sum += gap * gap;
      first[i] = i;
    }
    captured[i] = sum;
  }
  const lastGap = random.exponential();
  const scale = duration / (sum + lastGap * lastGap);
  let previousEvent = 0;
  for (let i = 0; i < count; i++) {
    if (first[i] !== i) {
      captured[i] = captured[i - 1]!;
      occurred[i] = previousEvent;
      continue;
    }
    // Rounding must not reach the end, which is the next slice's.
    let time = Math.min(Math.floor(captured[i]! * scale), duration - 1);
    if (time % SECOND === 0) time += 1;
    captured[i] = time;
    const latency = Math.floor(MIN_LATENCY + LATENCY_SPREAD * random.exponential());
    const wholeSecond = time - (time % SECOND);
    previousEvent = Math.max(time - latency, wholeSecond, previousEvent);
    occurred[i] = previousEvent;
  }
}

function walkPrices(random: Random, tape: Tape, terms: TapeTerms): void {
  const { count, first, bid, ask, buy, price, size } = tape;
  const walk = new Float64Array(count);
  const step = count > 0 ? terms.deviation / Math.sqrt(count) : 0;
  let position = 0;
  for (let i = 0; i < count; i++) {
    if (first[i] === i) position += step * random.bell();
    walk[i] = position;
  }
  const slope = (terms.to - terms.from - position) / (count + 1);
  for (let i = 0; i < count; i++) {
    size[i] = terms.sizeOf(random);
    if (first[i] !== i) {
      const deeper = random.unit() < NEXT_LEVEL ? 1 : 0;
      bid[i] = bid[i - 1]!;
      ask[i] = ask[i - 1]!;
      buy[i] = buy[i - 1]!;
      price[i] = price[i - 1]! + (buy[i] === 1 ? deeper : -deeper);
      continue;
    }
    const width = random.unit() < WIDER ? 1 + random.below(terms.widest) : 1;
    const best = Math.floor(terms.from + walk[i]! + slope * (i + 1));
    bid[i] = best;
    ask[i] = best + width;
    buy[i] = random.unit() < 0.5 ? 1 : 0;
    price[i] = buy[i] === 1 ? best + width : best;
  }
}

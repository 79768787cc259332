/**
 * Where prices stand at the borders of slices. Everything in between is generated from these anchors, so
 * that any slice can be generated without its predecessors and still joins them.
 */
import type { Instrument } from './instruments.js';
import type { Product } from './products.js';
import { Random } from './random.js';
import type { Session } from './sessions.js';

const YEAR_SECONDS = 31_557_600;
/** How strongly a day's price is drawn back to the product's level. */
const REVERSION = 0.01;
/** Part of the day's movement that happens while the market is closed. */
const OVERNIGHT = 0.2;
const CACHED_SESSIONS = 64;

export class Prices {
  readonly #seed: number;
  readonly #product: Product;
  /** Logarithm of price / level at each session's close. */
  readonly #closes: Float64Array;
  readonly #anchors = new Map<number, Float64Array>();

  constructor(seed: number, product: Product, sessionCount: number) {
    this.#seed = seed;
    this.#product = product;
    const random = new Random(seed, product.number, 1);
    this.#closes = new Float64Array(sessionCount);
    let log = 0;
    for (let index = 0; index < sessionCount; index++) {
      log += product.volatility * random.bell() - REVERSION * log;
      this.#closes[index] = log;
    }
  }

  /** Price of an instrument at the start of a slice, in 1e-9 units, off the tick grid. */
  at(instrument: Instrument, session: Session, slice: number): number {
    const { legs } = instrument;
    if (legs) return this.at(legs[0], session, slice) - this.at(legs[1], session, slice);
    const time = session.slices[slice]?.start ?? session.close;
    const carry = this.#product.futures?.carry ?? 0;
    const years = carry === 0 ? 0 : (instrument.expiration - time) / YEAR_SECONDS;
    return this.#anchorsOf(session)[slice]! * (1 + carry * years);
  }

  /** The product's own price at the start of each slice and at the close: a bridge from open to close. */
  #anchorsOf(session: Session): Float64Array {
    const known = this.#anchors.get(session.index);
    if (known) return known;
    const { level, volatility } = this.#product;
    const random = new Random(this.#seed, this.#product.number, 2, session.index);
    const to = this.#closes[session.index]!;
    const before = this.#closes[session.index - 1] ?? to;
    const from = before + OVERNIGHT * (to - before);
    const { slices } = session;
    const walk = new Float64Array(slices.length + 1);
    const time = new Float64Array(slices.length + 1);
    slices.forEach(({ share }, index) => {
      time[index + 1] = time[index]! + share;
      walk[index + 1] = walk[index]! + volatility * Math.sqrt(share) * random.bell();
    });
    const duration = time[slices.length]!;
    const drift = to - from - walk[slices.length]!;
    const anchors = walk.map(
      (value, index) => level * Math.exp(from + value + (drift * time[index]!) / duration),
    );
    if (this.#anchors.size >= CACHED_SESSIONS) this.#anchors.clear();
    this.#anchors.set(session.index, anchors);
    return anchors;
  }
}

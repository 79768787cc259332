import { busyness, shareOfProduct, tradesInSlice } from './activity.js';
import { generateTape } from './generate-tape.js';
import { listInstruments } from './instruments.js';
import type { Instrument } from './instruments.js';
import { Prices } from './prices.js';
import type { Product } from './products.js';
import { hash, Random } from './random.js';
import type { Session } from './sessions.js';
import { SEQUENCES_PER_TRADE } from './trade-columns.js';
import type { SliceTape } from './trade-columns.js';

const SECOND = 1e9;
const CACHED_SESSIONS = 256;
/** Part of the trades that there are in a revision. */
const REVISED_SHARE = 0.9;
/** Deviation of a spread's walk over a slice, in ticks. */
const SPREAD_DEVIATION = 1.2;

export interface MarketTerms {
  readonly seed: number;
  /** Trades in a session of the most active instrument. */
  readonly tradesPerDay: number;
  readonly publisherId: number;
  /** Other trades between the same prices, a few less. */
  readonly revision?: number;
}

/** One product's instruments and their trades, each slice on its own. */
export class ProductMarket {
  readonly instruments: readonly Instrument[];
  readonly #prices: Prices;
  /** Trades before each slice of a session, by instrument and session. */
  readonly #before = new Map<string, Uint32Array>();

  constructor(
    readonly terms: MarketTerms,
    readonly product: Product,
    readonly sessions: readonly Session[],
  ) {
    this.instruments = listInstruments(product, sessions);
    this.#prices = new Prices(terms.seed, product, sessions.length);
  }

  /** Number of trades, without generating them. */
  count(instrument: Instrument, session: Session, index: number): number {
    const before = this.#tradesBefore(instrument, session);
    const count = before[index + 1]! - before[index]!;
    const { seed, revision = 0 } = this.terms;
    if (revision === 0) return count;
    // Never more, lest sequence numbers meet those of the next slice.
    const noise = hash(seed, instrument.id, session.slices[index]!.start, 6, revision) / 2 ** 32;
    return Math.floor(count * REVISED_SHARE + noise);
  }

  tape(instrument: Instrument, session: Session, index: number): SliceTape {
    const { seed, publisherId, revision = 0 } = this.terms;
    const { tick, volatility, futures } = this.product;
    const slice = session.slices[index]!;
    const from = this.#prices.at(instrument, session, index) / tick;
    const to = this.#prices.at(instrument, session, index + 1) / tick;
    const isLead = this.#share(instrument, session) > 0.5;
    const keys = [seed, instrument.id, slice.start, 2, ...(revision === 0 ? [] : [revision])];
    const tape = generateTape(new Random(...keys), {
      count: this.count(instrument, session, index),
      duration: (slice.end - slice.start) * SECOND,
      from,
      to,
      deviation: instrument.legs
        ? SPREAD_DEVIATION
        : volatility * Math.sqrt(slice.share) * Math.abs(from),
      widest: isLead ? 2 : 4,
      sizeOf: futures ? contracts : shares,
    });
    const firstSequence = 1 + SEQUENCES_PER_TRADE * this.#tradesBefore(instrument, session)[index]!;
    return { instrument, publisherId, start: slice.start, firstSequence, tape };
  }

  /** The session's last tape with trades before a slice. */
  tapeBefore(instrument: Instrument, session: Session, index: number): SliceTape | undefined {
    for (let earlier = index - 1; earlier >= 0; earlier--) {
      if (this.count(instrument, session, earlier) > 0) {
        return this.tape(instrument, session, earlier);
      }
    }
    return undefined;
  }

  /** Price in ticks around which an instrument stands when its session's settlement is struck. */
  modelSettlement(instrument: Instrument, session: Session): number {
    const index = session.slices.findIndex(({ start }) => start >= session.settle);
    const slice = index < 0 ? session.slices.length : index;
    return Math.round(this.#prices.at(instrument, session, slice) / this.product.tick);
  }

  /** Contracts held at a session's end. */
  openInterest(instrument: Instrument, session: Session): number {
    const whole = this.product.futures?.openInterest ?? 0;
    const noise = hash(this.terms.seed, instrument.id, session.index, 5) / 2 ** 32;
    return Math.round(whole * this.#share(instrument, session) * (0.9 + 0.2 * noise));
  }

  #share(instrument: Instrument, session: Session): number {
    return shareOfProduct(instrument, this.instruments, session);
  }

  #tradesBefore(instrument: Instrument, session: Session): Uint32Array {
    const key = `${instrument.id}/${session.index}`;
    const known = this.#before.get(key);
    if (known) return known;
    const { seed, tradesPerDay } = this.terms;
    const perSession =
      tradesPerDay *
      this.product.activity *
      this.#share(instrument, session) *
      busyness(seed, this.product.number, session);
    const before = new Uint32Array(session.slices.length + 1);
    session.slices.forEach((slice, index) => {
      const count = tradesInSlice(seed, instrument, slice, perSession * slice.share);
      before[index + 1] = before[index]! + count;
    });
    if (this.#before.size >= CACHED_SESSIONS) this.#before.clear();
    this.#before.set(key, before);
    return before;
  }
}

/** Mostly one, seldom many. */
const contracts = (random: Random): number => 1 + Math.floor(1.6 * random.exponential() ** 2);

/** Odd lots and round lots. */
const shares = (random: Random): number =>
  random.unit() < 0.45 ? 1 + random.below(99) : 100 * (1 + Math.floor(random.exponential()));

import { utcDate } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import type { Dataset, DateCondition, Directory, TimeRange } from '../market-source.js';
import { BarBuilder, isBarSchema, SESSION_BAR } from './bars.js';
import type { BarSchema } from './bars.js';
import { continuousAliases } from './continuous.js';
import { definitionBatch } from './definitions.js';
import { isListed } from './instruments.js';
import type { Instrument } from './instruments.js';
import { ProductMarket } from './product-market.js';
import type { MarketTerms } from './product-market.js';
import type { DatasetTerms } from './products.js';
import { hash } from './random.js';
import { isSampledSchema, sampledBatch } from './sampled-batch.js';
import type { SampledSchema } from './sampled-batch.js';
import type { Session } from './sessions.js';
import { statisticsBatch } from './statistics.js';
import { statusBatch } from './statuses.js';
import { SYNTHETIC_SCHEMAS } from './synthetic-schemas.js';
import type { SyntheticSchema } from './synthetic-schemas.js';
import { tickBatch } from './tick-batch.js';
import type { TickSchema } from './tick-batch.js';
import type { Window } from './windows.js';

/** One date in so many is of degraded quality. */
const DEGRADED_ONE_IN = 90;
const DAY_SECONDS = 86_400;

/** The markets of one dataset. All of its products open and close together. */
export class SyntheticDataset {
  readonly description: Dataset;
  readonly conditions: readonly DateCondition[];
  readonly directory: Directory;
  readonly markets: readonly ProductMarket[];
  readonly #terms: Omit<MarketTerms, 'publisherId'>;
  readonly #publisherId: number;

  /** @param sessionsOf the sessions of a product, in the range. */
  constructor(
    terms: Omit<MarketTerms, 'publisherId'>,
    { name, publisherId, venue, description, products }: DatasetTerms,
    range: TimeRange,
    sessionsOf: (product: DatasetTerms['products'][number]) => readonly Session[],
  ) {
    this.#terms = terms;
    this.#publisherId = publisherId;
    this.description = {
      name,
      publishers: [{ id: publisherId, venue, description }],
      range,
      schemas: new Map(SYNTHETIC_SCHEMAS.map((schema) => [schema, range])),
    };
    this.markets = products.map(
      (product) => new ProductMarket({ ...terms, publisherId }, product, sessionsOf(product)),
    );
    const days = new Set(
      this.sessions.flatMap(({ slices }) =>
        slices.map(({ start }) => Math.floor(start / DAY_SECONDS)),
      ),
    );
    const dates = [...days].map((day) => dateOf(day * DAY_SECONDS));
    this.conditions = dates.map((date) => ({
      date,
      condition:
        hash(terms.seed, Date.parse(date) / 1000, publisherId) % DEGRADED_ONE_IN === 0
          ? 'degraded'
          : 'available',
    }));
    const instruments = this.markets.flatMap((market) => market.instruments);
    this.directory = {
      listings: instruments.map((instrument) => ({
        rawSymbol: instrument.rawSymbol,
        instrumentId: instrument.id,
        parent: instrument.maturity ? `${instrument.product.root}.FUT` : null,
        from: instrument.listedFrom,
        to: instrument.listedTo,
      })),
      aliases: (symbol) => continuousAliases(instruments, symbol),
    };
  }

  /** Opens and closes, which all products share; each has its own distribution of trading. */
  get sessions(): readonly Session[] {
    return this.markets[0]!.sessions;
  }

  /** Records of one instrument in a window, before clipping; undefined if there can be none. */
  batch(
    schema: SyntheticSchema,
    market: ProductMarket,
    instrument: Instrument,
    window: Window,
  ): ColumnarBatch | undefined {
    if (schema === 'definition') return this.#definition(instrument, window);
    if (schema === 'statistics') return this.#statistics(market, instrument, window);
    if (schema === 'status') return this.#status(instrument, window);
    if (schema === SESSION_BAR || isBarSchema(schema)) {
      return this.#bars(schema, market, instrument, window);
    }
    if (isSampledSchema(schema)) return this.#samples(schema, market, instrument, window);
    return this.#ticks(schema, market, instrument, window);
  }

  /** Number of trades in a window, without generating them. */
  countTrades(market: ProductMarket, instrument: Instrument, window: Window): number {
    let count = 0;
    for (const { session, index } of window.slices) {
      if (!isListed(instrument, session)) continue;
      count += market.count(instrument, market.sessions[session.index]!, index);
    }
    return count;
  }

  *#tapes(market: ProductMarket, instrument: Instrument, window: Window) {
    for (const { session, index } of window.slices) {
      if (!isListed(instrument, session)) continue;
      const own = market.sessions[session.index]!;
      if (market.count(instrument, own, index) > 0) yield market.tape(instrument, own, index);
    }
  }

  #ticks(schema: TickSchema, market: ProductMarket, instrument: Instrument, window: Window) {
    // A window of ticks is at most one slice.
    for (const tape of this.#tapes(market, instrument, window)) {
      return tickBatch(schema, this.#terms.seed, tape);
    }
    return undefined;
  }

  #samples(schema: SampledSchema, market: ProductMarket, instrument: Instrument, window: Window) {
    for (const tape of this.#tapes(market, instrument, window)) {
      const { session, index } = window.slices[0]!;
      return sampledBatch(schema, this.#terms.seed, tape, () =>
        market.tapeBefore(instrument, market.sessions[session.index]!, index),
      );
    }
    return undefined;
  }

  #bars(
    schema: BarSchema | typeof SESSION_BAR,
    market: ProductMarket,
    instrument: Instrument,
    window: Window,
  ) {
    const bars = new BarBuilder(schema, window.from);
    for (const tape of this.#tapes(market, instrument, window)) bars.add(tape);
    return bars.build(this.#publisherId, instrument.id, instrument.product.tick);
  }

  #definition(instrument: Instrument, window: Window): ColumnarBatch | undefined {
    const date = dateOf(window.from);
    if (date < instrument.listedFrom || date >= instrument.listedTo) return undefined;
    const isFirstDay = date === instrument.listedFrom;
    return definitionBatch(instrument, this.#publisherId, window.from, isFirstDay);
  }

  #status(instrument: Instrument, { slices }: Window): ColumnarBatch | undefined {
    const { session } = slices[0]!;
    return isListed(instrument, session)
      ? statusBatch(instrument, this.#publisherId, session)
      : undefined;
  }

  #statistics(market: ProductMarket, instrument: Instrument, window: Window) {
    const session = market.sessions[window.slices[0]!.session.index]!;
    if (!isListed(instrument, session)) return undefined;
    const terms = {
      instrumentId: instrument.id,
      publisherId: this.#publisherId,
      tick: instrument.product.tick,
      settles: market.product.futures !== null,
      modelSettlement: market.modelSettlement(instrument, session),
      openInterest: market.openInterest(instrument, session),
    };
    return statisticsBatch(terms, session, [...this.#tapes(market, instrument, window)]);
  }
}

const dateOf = (seconds: number): string => utcDate(BigInt(seconds) * 1_000_000_000n);

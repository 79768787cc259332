import { setImmediate as breathe } from 'node:timers/promises';
import { encodeRecords } from '@tapeline/dbn';
import { SCHEMAS } from '@tapeline/records';
import type { ColumnarBatch, DbnVersion } from '@tapeline/records';
import { clipBatch } from '../clip-batch.js';
import type {
  Dataset,
  DateCondition,
  Directory,
  MarketSource,
  RecordPart,
  RecordQuery,
  TimeRange,
} from '../market-source.js';
import type { Instrument } from './instruments.js';
import { mergeBatches } from './merge-batches.js';
import type { ProductMarket } from './product-market.js';
import { DATASETS } from './products.js';
import { sessionsBetween } from './sessions.js';
import type { Session, TradingHours } from './sessions.js';
import { SyntheticDataset } from './synthetic-dataset.js';
import { syntheticSchema } from './synthetic-schemas.js';
import { windowsOf } from './windows.js';
import type { Window } from './windows.js';

/** Data are available from and until then (exclusive), whatever the clock says. */
const FIRST_DATE = '2024-01-01';
const END_DATE = '2026-10-31';

const dayStart = (date: string): bigint => Temporal.Instant.from(`${date}T00:00Z`).epochNanoseconds;

export interface SyntheticOptions {
  /** Another seed is another market. */
  readonly seed: number;
  /** Trades in a session of the most active contract, about. */
  readonly tradesPerDay: number;
  /** Number of a revision, in which trades and quotes are others at the same prices; by default none. */
  readonly revision?: number;
}

/**
 * A market that never was, computed on demand: the same seed and activity give the same records for any
 * instrument and time, however they are asked for. Memory depends on the activity alone.
 */
export class SyntheticMarket implements MarketSource {
  readonly #datasets: ReadonlyMap<string, SyntheticDataset>;

  readonly #options: SyntheticOptions;

  constructor(options: SyntheticOptions) {
    this.#options = options;
    const range = { start: dayStart(FIRST_DATE), end: dayStart(END_DATE) };
    const known = new Map<TradingHours, readonly Session[]>();
    const sessionsOf = ({ hours }: { hours: TradingHours }): readonly Session[] => {
      const [from, to] = [FIRST_DATE, END_DATE].map((date) => Temporal.PlainDate.from(date));
      const sessions = known.get(hours) ?? sessionsBetween(hours, from!, to!);
      known.set(hours, sessions);
      return sessions;
    };
    this.#datasets = new Map(
      DATASETS.map((terms) => [
        terms.name,
        new SyntheticDataset(options, terms, range, sessionsOf),
      ]),
    );
  }

  get datasets(): readonly Dataset[] {
    return [...this.#datasets.values()].map(({ description }) => description);
  }

  conditions(dataset: string): readonly DateCondition[] {
    return this.#dataset(dataset).conditions;
  }

  directory(dataset: string): Directory {
    return this.#dataset(dataset).directory;
  }

  versionOf(): DbnVersion {
    return 3;
  }

  async count(asked: RecordQuery): Promise<number> {
    // mbp-10 has as many records as mbp-1, which are smaller.
    const schema = asked.schema.name === 'mbp-10' ? SCHEMAS['mbp-1'] : asked.schema;
    const query = { ...asked, schema };
    const { name } = schema;
    const onePerTrade = name === 'trades' || name === 'tbbo';
    let total = 0;
    for (const window of this.#windows(query)) {
      for (const [market, instrument, range] of this.#selected(query, window)) {
        total +=
          onePerTrade && coversWindow(range, window)
            ? this.#dataset(query.dataset).countTrades(market, instrument, window)
            : (this.#batch(query, market, instrument, window, range)?.length ?? 0);
      }
      if (!onePerTrade) await breathe();
    }
    return total;
  }

  async *records(query: RecordQuery): AsyncGenerator<RecordPart> {
    for (const window of this.#windows(query)) {
      const batches: ColumnarBatch[] = [];
      for (const [market, instrument, range] of this.#selected(query, window)) {
        const batch = this.#batch(query, market, instrument, window, range);
        if (batch) batches.push(batch);
      }
      const merged = mergeBatches(batches);
      await breathe();
      if (!merged) continue;
      const bytes = encodeRecords(merged, this.versionOf());
      yield { bytes, count: merged.length, start: merged.indexTimestamps()[0]! };
    }
  }

  revised(revision: number): MarketSource {
    return new SyntheticMarket({ ...this.#options, revision });
  }

  #windows({ dataset, schema, start, end }: RecordQuery): Generator<Window> {
    return windowsOf(syntheticSchema(schema.name), this.#dataset(dataset).sessions, start, end);
  }

  /** The selected instruments with the ranges in which their records are wanted. */
  *#selected(
    query: RecordQuery,
    window: Window,
  ): Generator<[ProductMarket, Instrument, TimeRange]> {
    for (const market of this.#dataset(query.dataset).markets) {
      for (const instrument of market.instruments) {
        const spans = query.selection ? query.selection.get(instrument.id) : [query];
        for (const span of spans ?? []) {
          const range = overlap(query, span);
          if (overlapsWindow(range, window)) yield [market, instrument, range];
        }
      }
    }
  }

  #batch(
    query: RecordQuery,
    market: ProductMarket,
    instrument: Instrument,
    window: Window,
    range: TimeRange,
  ): ColumnarBatch | undefined {
    const dataset = this.#dataset(query.dataset);
    const batch = dataset.batch(syntheticSchema(query.schema.name), market, instrument, window);
    return batch && clipBatch(batch, range);
  }

  #dataset(name: string): SyntheticDataset {
    const dataset = this.#datasets.get(name);
    if (!dataset) throw new Error(`there is no dataset ${name}`);
    return dataset;
  }
}

const SECOND = 1_000_000_000n;

const overlap = (a: TimeRange, b: TimeRange): TimeRange => ({
  start: a.start > b.start ? a.start : b.start,
  end: a.end < b.end ? a.end : b.end,
});

const overlapsWindow = ({ start, end }: TimeRange, { from, to }: Window): boolean =>
  start < end && start < BigInt(to) * SECOND && end > BigInt(from) * SECOND;

const coversWindow = ({ start, end }: TimeRange, { from, to }: Window): boolean =>
  start <= BigInt(from) * SECOND && end >= BigInt(to) * SECOND;

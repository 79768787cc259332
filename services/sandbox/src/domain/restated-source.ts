import { DAY_NS } from '@tapeline/records';
import type { DbnVersion } from '@tapeline/records';
import { ApiError } from '@tapeline/historical-api';
import type {
  Dataset,
  DateCondition,
  Directory,
  MarketSource,
  RecordPart,
  RecordQuery,
  TimeRange,
} from './market-source.js';

interface Restatement {
  readonly lastModified: string;
  /** How often the day was restated. */
  readonly revision: number;
}

/** A source whose days can be restated: the records of that UTC day, and no others, change. */
export class RestatedSource implements MarketSource {
  readonly #source: MarketSource;
  /** By dataset and date. */
  readonly #days = new Map<string, Map<string, Restatement>>();
  readonly #revisions = new Map<number, MarketSource>();

  constructor(source: MarketSource) {
    this.#source = source;
  }

  /**
   * Changes the records of a UTC date, each time to others.
   * @throws ApiError if it has no session.
   */
  restate(dataset: string, date: string, lastModified: string): void {
    const known = this.datasets.some(({ name }) => name === dataset);
    if (!known || !this.conditions(dataset).some((condition) => condition.date === date)) {
      const message = `${dataset} has no session on ${date}, so there is nothing to restate.`;
      throw new ApiError(422, 'nothing_to_restate', message);
    }
    const days = this.#days.get(dataset) ?? new Map<string, Restatement>();
    const revision = (days.get(date)?.revision ?? 0) + 1;
    days.set(date, { lastModified, revision });
    this.#days.set(dataset, days);
  }

  get datasets(): readonly Dataset[] {
    return this.#source.datasets;
  }

  conditions(dataset: string): readonly DateCondition[] {
    const days = this.#days.get(dataset);
    const conditions = this.#source.conditions(dataset);
    if (!days) return conditions;
    return conditions.map((condition) => {
      const restated = days.get(condition.date);
      return restated ? { ...condition, lastModified: restated.lastModified } : condition;
    });
  }

  directory(dataset: string): Directory {
    return this.#source.directory(dataset);
  }

  versionOf(query: RecordQuery): DbnVersion {
    return this.#source.versionOf(query);
  }

  async count(query: RecordQuery): Promise<number> {
    let count = 0;
    for (const [source, part] of this.#parts(query)) count += await source.count(part);
    return count;
  }

  async *records(query: RecordQuery): AsyncGenerator<RecordPart> {
    for (const [source, part] of this.#parts(query)) yield* source.records(part);
  }

  revised(revision: number): MarketSource {
    return this.#source.revised(revision);
  }

  /** A query cut where restated days begin and end. */
  *#parts(query: RecordQuery): Generator<[MarketSource, RecordQuery]> {
    const restated = [...(this.#days.get(query.dataset) ?? [])]
      .map(([date, { revision }]) => ({ ...clip(dayOf(date), query), revision }))
      .filter(({ start, end }) => start < end)
      .toSorted((a, b) => (a.start < b.start ? -1 : 1));
    let reached = query.start;
    for (const { start, end, revision } of restated) {
      if (reached < start) yield [this.#source, { ...query, start: reached, end: start }];
      yield [this.#revision(revision), { ...query, start, end }];
      reached = end;
    }
    if (reached < query.end) yield [this.#source, { ...query, start: reached }];
  }

  #revision(number: number): MarketSource {
    const source = this.#revisions.get(number) ?? this.#source.revised(number);
    this.#revisions.set(number, source);
    return source;
  }
}

function dayOf(date: string): TimeRange {
  const start = Temporal.Instant.from(`${date}T00:00Z`).epochNanoseconds;
  return { start, end: start + DAY_NS };
}

const clip = (range: TimeRange, to: TimeRange): TimeRange => ({
  start: range.start > to.start ? range.start : to.start,
  end: range.end < to.end ? range.end : to.end,
});

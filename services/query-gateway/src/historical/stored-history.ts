import { ALL_SYMBOLS } from '@tapeline/contracts';
import {
  ApiError,
  checkSymbols,
  datesOf,
  EVERYTHING,
  findDataset,
  findSchema,
  noneResolved,
  publishersOf,
} from '@tapeline/historical-api';
import type {
  Dataset,
  DateCondition,
  HistoricalSource,
  RangeRequest,
  RangeSize,
  Resolution,
  SymbolsRequest,
  TimeRange,
} from '@tapeline/historical-api';
import { isSchemaName } from '@tapeline/records';
import type { SchemaDescription } from '@tapeline/records';
import { countTimeseries, readDatasetDays, heldSpans, resolveSymbology } from '@tapeline/storage';
import type { RangeQuery, Storage } from '@tapeline/storage';
import { requireIds } from '../domain/query-parameters.js';
import { explainNothing, explainRefusal } from '../explain-refusal.js';

/** Version in which everything is sent, whatever it came in. */
export const SENT_VERSION = 3;

/** What is held is counted in signed 64-bit nanoseconds, which end in 2262; whole years are asked for. */
const LAST_TIME = 9_214_646_400_000_000_000n;

/** A range that can be answered, at least in part. */
export interface StoredRange {
  readonly schema: SchemaDescription;
  readonly resolution: Resolution;
  /** Without the symbols that stand for nothing. */
  readonly query: RangeQuery & { readonly limit: number | undefined };
}

/** What is stored, as Databento's API tells of its data. */
export class StoredHistory implements HistoricalSource {
  /**
   * @param queries connections for statements that may take long.
   * @param signal stops them.
   */
  constructor(
    private readonly storage: Storage,
    private readonly queries: Storage,
    private readonly signal: AbortSignal,
  ) {}

  /** Of complete chunks only: what is still being written has no end yet. */
  async datasets(): Promise<readonly Dataset[]> {
    const held = (await heldSpans(this.storage)).flatMap(({ dataset, schema, start, end }) =>
      isSchemaName(schema) ? [{ dataset, schema, range: { start, end } }] : [],
    );
    return [...Map.groupBy(held, ({ dataset }) => dataset)].map(([name, schemas]) => ({
      name,
      publishers: publishersOf(name),
      range: span(schemas.map(({ range }) => range)),
      schemas: new Map(schemas.map(({ schema, range }) => [schema, range])),
    }));
  }

  async conditions(dataset: string): Promise<readonly DateCondition[]> {
    return (await readDatasetDays(this.storage, dataset)).map((day) => ({
      date: day.date,
      condition: day.condition as DateCondition['condition'],
      lastModified: day.lastModifiedDate,
    }));
  }

  /** @throws ApiError, or Problem for ids that are none. */
  async resolve(dataset: string, request: SymbolsRequest): Promise<Resolution> {
    checkSymbols(request);
    const { symbols, stypeIn, from, to } = request;
    if (stypeIn === 'instrument_id') requireIds(symbols);
    if (from >= to) {
      throw new ApiError(
        422,
        'data_time_range_start_on_or_after_end',
        'The `start_date` must be before the `end_date`.',
      );
    }
    const outcome = await resolveSymbology(this.storage, { dataset, ...request });
    if (outcome.outcome === 'symbology') return outcome;
    if (outcome.outcome !== 'too-many') return { ...EVERYTHING, notFound: symbols };
    throw new ApiError(
      422,
      'symbology_invalid_request',
      `The symbols of these days take more than ${outcome.most} intervals: name the symbols, or ask for fewer days.`,
    );
  }

  /** @throws ApiError, or Problem for a range of which nothing is held. */
  async measure(request: RangeRequest): Promise<RangeSize> {
    const { schema, query } = await this.plan(request);
    const { outcome, count } = await countTimeseries(this.queries, query, this.signal);
    if (outcome.outcome !== 'answer') throw await explainRefusal(this.storage, query, outcome);
    const problem = count === 0 ? await explainNothing(this.storage, query, outcome) : undefined;
    if (problem) throw problem;
    return { records: count, recordBytes: schema.recordSize[SENT_VERSION] };
  }

  /** What is one's own costs nothing. */
  unitPrice(): number {
    return 0;
  }

  /** @throws ApiError, or Problem, for what is not answered. */
  async plan(request: RangeRequest): Promise<StoredRange> {
    const dataset = findDataset(await this.datasets(), request.dataset);
    const schema = findSchema(dataset, request.schema);
    const range = requireRange(request);
    const { symbols, stypeIn, limit } = request;
    const query = { dataset: dataset.name, schema: schema.name, symbols, stypeIn, limit, ...range };
    if (symbols.includes(ALL_SYMBOLS)) {
      return { schema, resolution: EVERYTHING, query: { ...query, symbols: [ALL_SYMBOLS] } };
    }
    const resolution = await this.resolve(dataset.name, { ...request, ...datesOf(range) });
    if (resolution.result.size === 0) throw await this.#noneKnown(request);
    const known = symbols.filter((symbol) => !resolution.notFound.includes(symbol));
    return { schema, resolution, query: { ...query, symbols: known } };
  }

  async #noneKnown({ dataset, symbols, stypeIn }: RangeRequest): Promise<ApiError> {
    const unknown = { outcome: 'unknown-symbols', symbols } as const;
    const { remedy } = await explainRefusal(this.storage, { dataset, stypeIn }, unknown);
    return noneResolved({ symbols, stypeIn }, `. In what is stored here, ${remedy}`);
  }
}

function span(ranges: readonly TimeRange[]): TimeRange {
  const starts = ranges.map(({ start }) => start);
  const ends = ranges.map(({ end }) => end);
  return {
    start: starts.reduce((a, b) => (a < b ? a : b)),
    end: ends.reduce((a, b) => (a > b ? a : b)),
  };
}

/** @throws ApiError */
function requireRange({ start, end }: Pick<RangeRequest, 'start' | 'end'>): TimeRange {
  if (end === undefined) {
    throw new ApiError(400, 'data_end_required', 'An `end` is required for this form of `start`.');
  }
  if (end > LAST_TIME) {
    throw new ApiError(
      422,
      'data_end_after_available_end',
      'The `end` must be before the year 2262.',
    );
  }
  if (start < end) return { start, end };
  throw new ApiError(
    422,
    'data_time_range_start_on_or_after_end',
    'The `start` must be before the `end`.',
  );
}

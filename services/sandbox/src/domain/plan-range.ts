import type { DbnMetadata } from '@tapeline/dbn';
import {
  DAY_NS,
  formatTimestamp,
  isSchemaName,
  SCHEMA_NAMES,
  SCHEMAS,
  utcDate,
} from '@tapeline/records';
import type { SchemaDescription } from '@tapeline/records';
import { ApiError } from './api-error.js';
import type { Dataset, MarketSource, RecordQuery, TimeRange } from './market-source.js';
import { ALL_SYMBOLS, resolveSymbols } from './resolve-symbols.js';
import type { Interval, Resolution } from './resolve-symbols.js';

/** A request for records, its fields well-formed. */
export interface RangeRequest {
  readonly dataset: string;
  readonly schema: string;
  readonly symbols: readonly string[];
  readonly stypeIn: string;
  readonly stypeOut: string;
  readonly start: bigint;
  /** Undefined if there is none and none follows from the form of the start. */
  readonly end: bigint | undefined;
  readonly limit: number | undefined;
}

export interface RangePlan {
  readonly query: RecordQuery;
  readonly metadata: DbnMetadata;
  /** Dates of degraded quality in the range. */
  readonly degraded: readonly string[];
}

const EVERYTHING: Resolution = { result: new Map(), partial: [], notFound: [] };

/** What is to be sent. @throws ApiError for everything that the API refuses before the first byte. */
export function planRange(source: MarketSource, request: RangeRequest): RangePlan {
  const dataset = findDataset(source, request.dataset);
  const schema = findSchema(dataset, request.schema);
  const range = checkRange(dataset, schema, request);
  const dates = { from: utcDate(range.start), to: utcDate(range.end - 1n + DAY_NS) };
  const conditions = source.conditions(dataset.name);
  const { stypeIn, stypeOut, symbols } = request;
  const isAll = symbols.includes(ALL_SYMBOLS);
  const resolution = isAll
    ? EVERYTHING
    : resolveSymbols(source.directory(dataset.name), conditions, { ...dates, ...request });
  if (!isAll && resolution.result.size === 0) throw noneResolved(request);
  const query = {
    dataset: dataset.name,
    schema,
    ...range,
    selection: isAll ? null : selectionOf(resolution),
  };
  const metadata: DbnMetadata = {
    version: source.versionOf(query),
    dataset: dataset.name,
    schema: schema.code,
    ...range,
    limit: request.limit === undefined ? null : BigInt(request.limit),
    stypeIn,
    stypeOut,
    tsOut: false,
    symbols: [...symbols],
    partial: [...resolution.partial],
    notFound: [...resolution.notFound],
    mappings: [...resolution.result].map(([rawSymbol, intervals]) => ({
      rawSymbol,
      intervals: intervals.map(({ d0, d1, s }) => ({ startDate: d0, endDate: d1, symbol: s })),
    })),
  };
  const degraded = conditions
    .filter(
      ({ date, condition }) => condition === 'degraded' && date >= dates.from && date < dates.to,
    )
    .map(({ date }) => date);
  return { query, metadata, degraded };
}

/** @throws ApiError 404 */
export function findDataset(source: MarketSource, name: string): Dataset {
  const dataset = source.datasets.find((dataset) => dataset.name === name);
  if (dataset) return dataset;
  const known = source.datasets.map((dataset) => dataset.name).join(', ');
  throw new ApiError(
    404,
    'dataset_not_found',
    `The dataset ${name} does not exist here. Available datasets: ${known}.`,
  );
}

/** A schema that some dataset might have. @throws ApiError 422 */
export function knownSchema(name: string): SchemaDescription {
  if (isSchemaName(name)) return SCHEMAS[name];
  throw new ApiError(
    422,
    'data_schema_not_available',
    `There is no schema ${name}. Schemas: ${SCHEMA_NAMES.join(', ')}.`,
  );
}

/** @throws ApiError 422 */
function findSchema(dataset: Dataset, name: string): SchemaDescription {
  if (isSchemaName(name) && dataset.schemas.has(name)) return SCHEMAS[name];
  const known = [...dataset.schemas.keys()].join(', ');
  throw new ApiError(
    422,
    'data_schema_not_available',
    `The schema ${name} is not available for ${dataset.name}. Available schemas: ${known}.`,
  );
}

function checkRange(
  { name, range: available, schemas }: Dataset,
  schema: SchemaDescription,
  { start, end }: RangeRequest,
): TimeRange {
  if (end === undefined) {
    throw new ApiError(400, 'data_end_required', 'An `end` is required for this form of `start`.');
  }
  const refuse = (problem: string, message: string): ApiError =>
    new ApiError(422, problem, message, {
      dataset: name,
      start: formatTimestamp(start),
      end: formatTimestamp(end),
      available_start: formatTimestamp(available.start),
      available_end: formatTimestamp(available.end),
    });
  if (start >= end) {
    throw refuse('data_time_range_start_on_or_after_end', 'The `start` must be before the `end`.');
  }
  if (start < available.start) {
    throw refuse(
      'data_start_before_available_start',
      `The dataset ${name} has data available from '${pretty(available.start)}'. The \`start\` in the query ('${pretty(start)}') is before the available range. Try requesting with a later \`start\`.`,
    );
  }
  if (start >= available.end) {
    throw refuse(
      'data_start_after_available_end',
      `The dataset ${name} has data available up to '${pretty(available.end)}'. The \`start\` in the query ('${pretty(start)}') is after the available range. Try requesting with an earlier \`start\`.`,
    );
  }
  if (end > available.end) {
    throw refuse(
      'data_end_after_available_end',
      `The dataset ${name} has data available up to '${pretty(available.end)}'. The \`end\` in the query ('${pretty(end)}') is after the available range. Try requesting with an earlier \`end\`.`,
    );
  }
  const own = schemas.get(schema.name)!;
  if (start < own.start || end > own.end) {
    throw refuse(
      'data_schema_not_fully_available',
      `The schema ${schema.name} of ${name} is available from '${pretty(own.start)}' to '${pretty(own.end)}'.`,
    );
  }
  return { start, end };
}

/** In the form that the API uses in its messages: `2026-01-29 20:00:00+00:00`. */
const pretty = (time: bigint): string =>
  `${formatTimestamp(time).slice(0, 19).replace('T', ' ')}+00:00`;

function noneResolved({ stypeIn, symbols }: RangeRequest): ApiError {
  const smart = stypeIn === 'parent' || stypeIn === 'continuous';
  return new ApiError(
    422,
    'symbology_invalid_request',
    smart
      ? `Could not resolve smart symbols: ${symbols.join(', ')}`
      : 'None of the symbols could be resolved',
  );
}

/** When which instruments are wanted; overlapping wishes for one instrument are one. */
function selectionOf({ result }: Resolution): Map<number, TimeRange[]> {
  const all = [...result.values()].flat().toSorted((a, b) => (a.d0 < b.d0 ? -1 : 1));
  const selection = new Map<number, TimeRange[]>();
  for (const interval of all) {
    const range = rangeOf(interval);
    const ranges = selection.get(interval.instrumentId) ?? [];
    const last = ranges.at(-1);
    if (last && range.start <= last.end) {
      ranges[ranges.length - 1] = {
        start: last.start,
        end: range.end > last.end ? range.end : last.end,
      };
    } else {
      ranges.push(range);
    }
    selection.set(interval.instrumentId, ranges);
  }
  return selection;
}

const rangeOf = ({ d0, d1 }: Interval): TimeRange => ({ start: midnight(d0), end: midnight(d1) });

const midnight = (date: string): bigint => Temporal.Instant.from(`${date}T00:00Z`).epochNanoseconds;

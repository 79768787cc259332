import { ALL_SYMBOLS } from '@tapeline/contracts';
import type { DbnMetadata } from '@tapeline/dbn';
import {
  ApiError,
  datesOf,
  degradedDates,
  EVERYTHING,
  findDataset,
  findSchema,
  noneResolved,
  rangeMetadata,
} from '@tapeline/historical-api';
import type { RangeRequest, Resolution } from '@tapeline/historical-api';
import { formatTimestamp } from '@tapeline/records';
import type { SchemaDescription } from '@tapeline/records';
import type { Dataset, MarketSource, RecordQuery, TimeRange } from './market-source.js';
import { resolveRequest } from './resolve-request.js';
import type { Interval } from './resolve-symbols.js';

export interface RangePlan {
  readonly query: RecordQuery;
  readonly metadata: DbnMetadata;
  /** Dates of degraded quality in the range. */
  readonly degraded: readonly string[];
}

/** What is to be sent. @throws ApiError for everything that the API refuses before the first byte. */
export function planRange(source: MarketSource, request: RangeRequest): RangePlan {
  const dataset = findDataset(source.datasets, request.dataset);
  const schema = findSchema(dataset, request.schema);
  const range = checkRange(dataset, schema, request);
  const dates = datesOf(range);
  const conditions = source.conditions(dataset.name);
  const isAll = request.symbols.includes(ALL_SYMBOLS);
  const resolution = isAll
    ? EVERYTHING
    : resolveRequest(source, dataset.name, { ...dates, ...request });
  if (!isAll && resolution.result.size === 0) throw noneResolved(request);
  const query = {
    dataset: dataset.name,
    schema,
    ...range,
    selection: isAll ? null : selectionOf(resolution),
  };
  const metadata = rangeMetadata(
    { ...request, ...range },
    schema,
    resolution,
    source.versionOf(query),
  );
  return { query, metadata, degraded: degradedDates(conditions, dates) };
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

/** When which instruments are wanted; overlapping wishes for one instrument are one. */
function selectionOf({ result }: Resolution<Interval>): Map<number, TimeRange[]> {
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

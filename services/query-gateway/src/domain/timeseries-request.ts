import { datasetSchema, requestRange, schemaNameSchema, STYPES_IN } from '@tapeline/contracts';
import type { TimeseriesQuery } from '@tapeline/storage';
import { z } from 'zod';
import { Problem } from './problem.js';
import { once, readParameters, requireIds, symbolsParameter } from './query-parameters.js';

const ENCODINGS = ['json', 'csv', 'dbn'] as const;
type Encoding = (typeof ENCODINGS)[number];

export interface TimeseriesRequest extends TimeseriesQuery {
  readonly encoding: Encoding;
}

/** The query string of `GET /v1/timeseries`. */
export const timeseriesParameters = z.strictObject({
  dataset: z.preprocess(once, datasetSchema),
  schema: z.preprocess(once, schemaNameSchema),
  /** Separated by commas; repeated parameters are taken together. */
  symbols: symbolsParameter,
  stype_in: z.preprocess(once, z.enum(STYPES_IN).default('raw_symbol')),
  start: z.preprocess(once, z.string()),
  end: z.preprocess(once, z.string().optional()),
  limit: z.preprocess(
    once,
    z
      .string()
      .regex(/^[1-9]\d{0,14}$/, 'limit is a whole number above 0')
      .transform(Number)
      .optional(),
  ),
  encoding: z.preprocess(once, z.enum(ENCODINGS).optional()),
});

/**
 * Reads the query parameters of `GET /v1/timeseries`, which have Databento's names.
 * @param accept the request's Accept header; it chooses the encoding where no parameter does.
 * @throws Problem that names every invalid parameter.
 */
export function readTimeseriesRequest(
  query: Readonly<Record<string, unknown>>,
  accept: string | undefined,
): TimeseriesRequest {
  const remedy = 'dataset, schema, symbols and start are required';
  const request = readParameters(timeseriesParameters, query, remedy);
  const { dataset, schema, symbols, stype_in: stypeIn, limit, encoding } = request;
  if (stypeIn === 'instrument_id') requireIds(symbols);
  return {
    dataset,
    schema,
    symbols,
    stypeIn,
    ...readRange(request),
    limit,
    encoding: encoding ?? (accept?.includes('text/csv') ? 'csv' : 'json'),
  };
}

function readRange(given: { start: string; end?: string | undefined }): {
  start: bigint;
  end: bigint;
} {
  const remedy = 'Times are UTC dates, ISO 8601 times or nanoseconds since 1970; end is exclusive.';
  let range;
  try {
    range = requestRange(given);
  } catch (error) {
    throw new Problem('invalid-parameters', (error as Error).message, remedy);
  }
  if (range.end > range.start) return range;
  throw new Problem(
    'impossible-request',
    `end ${given.end} is not after start ${given.start}`,
    `${remedy} Leave it out to get one unit of start: a date lasts a day.`,
  );
}

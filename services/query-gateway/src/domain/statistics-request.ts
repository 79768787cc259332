import { datasetSchema, STYPES_IN } from '@tapeline/contracts';
import { parseTimestamp } from '@tapeline/records';
import { z } from 'zod';
import { dateParameter, requireDates } from './date-parameter.js';
import { once, readParameters, requireIds, symbolsParameter } from './query-parameters.js';
import type { QueryString } from './query-parameters.js';
import type { TimeseriesRequest } from './timeseries-request.js';

const common = {
  dataset: z.preprocess(once, datasetSchema),
  symbols: symbolsParameter.describe('Separated by commas; ALL_SYMBOLS for every instrument'),
  stype_in: z.preprocess(once, z.enum(STYPES_IN).default('raw_symbol')),
  start: dateParameter.describe('The first day that figures are about'),
  end: dateParameter.optional().describe('The day after the last one; by default the next'),
  encoding: z.preprocess(once, z.enum(['json', 'csv']).optional()),
};

/** The query parameters of `GET /v1/statistics/open-interest`. */
export const openInterestParameters = z.strictObject(common);

/** The query parameters of `GET /v1/statistics/settlements`. */
export const settlementsParameters = openInterestParameters.extend({
  final: z
    .preprocess(once, z.enum(['true', 'false']).default('false'))
    .transform((text) => text === 'true')
    .describe('Only days whose latest price is flagged as final'),
});

export interface StatisticsRequest extends TimeseriesRequest {
  readonly final: boolean;
}

/**
 * Reads the parameters of a figure by day.
 * @param accept the request's Accept header; it chooses the encoding where no parameter does.
 * @throws Problem that names every invalid one.
 */
export function readStatisticsRequest(
  parameters: typeof openInterestParameters | typeof settlementsParameters,
  query: QueryString,
  accept: string | undefined,
): StatisticsRequest {
  const given: z.output<typeof openInterestParameters> & { readonly final?: boolean } =
    readParameters(parameters, query, 'dataset, symbols and start are required');
  const { dataset, symbols, stype_in: stypeIn, start } = given;
  if (stypeIn === 'instrument_id') requireIds(symbols);
  const end = given.end ?? Temporal.PlainDate.from(start).add({ days: 1 }).toString();
  requireDates({ start, end });
  return {
    dataset,
    schema: 'statistics',
    symbols,
    stypeIn,
    start: parseTimestamp(start),
    end: parseTimestamp(end),
    limit: undefined,
    encoding: given.encoding ?? (accept?.includes('text/csv') ? 'csv' : 'json'),
    final: given.final ?? false,
  };
}

import { datasetSchema, STYPES_IN } from '@tapeline/contracts';
import { parseTimestamp } from '@tapeline/records';
import type { RangeQuery } from '@tapeline/storage';
import { z } from 'zod';
import { answerOptions, answerParameters, refuseDbn } from './answer-options.js';
import type { AnswerOptions } from './answer-options.js';
import { dateParameter, requireDates } from './date-parameter.js';
import { once, readParameters, requireIds, symbolsParameter } from './query-parameters.js';
import type { QueryString } from './query-parameters.js';

const common = {
  dataset: z.preprocess(once, datasetSchema),
  symbols: symbolsParameter.describe('Separated by commas; ALL_SYMBOLS for every instrument'),
  stype_in: z.preprocess(once, z.enum(STYPES_IN).default('raw_symbol')),
  start: dateParameter.describe('The first day that figures are about'),
  end: dateParameter.optional().describe('The day after the last one; by default the next'),
  ...answerParameters,
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

export interface StatisticsRequest extends RangeQuery, AnswerOptions {
  readonly limit: undefined;
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
  const options = answerOptions(given, accept);
  refuseDbn(options);
  return {
    dataset,
    schema: 'statistics',
    symbols,
    stypeIn,
    start: parseTimestamp(start),
    end: parseTimestamp(end),
    limit: undefined,
    ...options,
    final: given.final ?? false,
  };
}

import { datasetSchema, STYPES_IN } from '@tapeline/contracts';
import { QUOTE_SCHEMAS } from '@tapeline/storage';
import type { AsofQuery } from '@tapeline/storage';
import { z } from 'zod';
import { answerOptions, answerParameters, refuseDbn } from './answer-options.js';
import type { AnswerOptions } from './answer-options.js';
import { once, readParameters, requireIds, symbolsParameter } from './query-parameters.js';
import type { QueryString } from './query-parameters.js';
import { readRange } from './read-range.js';
import { wholeNumber } from './whole-number.js';

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** The query string of `GET /v1/asof`. */
export const asofParameters = z.strictObject({
  dataset: z.preprocess(once, datasetSchema),
  symbols: symbolsParameter,
  stype_in: z.preprocess(once, z.enum(STYPES_IN).default('raw_symbol')),
  start: z.preprocess(once, z.string()),
  end: z.preprocess(once, z.string().optional()),
  quotes: z
    .preprocess(once, z.enum(QUOTE_SCHEMAS).default('mbp-1'))
    .meta({ description: 'Schema of the quotes' }),
  tolerance: z
    .preprocess(
      once,
      z
        .string()
        .regex(/^\d{1,9}(ns|us|ms|s|m|h)$/, 'a tolerance is a number with ns, us, ms, s, m or h')
        .default('1h'),
    )
    .meta({ description: 'A quote that is older than the trade by more is none: 500us, 10s, 1h' }),
  limit: z.preprocess(once, wholeNumber('limit').optional()),
  ...answerParameters,
});

/** @throws Problem that names every invalid parameter. */
export function readAsofRequest(
  query: QueryString,
  accept: string | undefined,
): AsofQuery & AnswerOptions {
  const given = readParameters(asofParameters, query, 'dataset, symbols and start are required');
  const { dataset, symbols, stype_in: stypeIn, quotes, limit } = given;
  if (stypeIn === 'instrument_id') requireIds(symbols);
  const options = answerOptions(given, accept);
  refuseDbn(options);
  const [, count = '0', unit = 'ns'] = /^(\d+)([a-z]+)$/.exec(given.tolerance)!;
  const tolerance = BigInt(count) * NANOSECONDS[unit]!;
  return {
    ...options,
    dataset,
    schema: 'trades',
    symbols,
    stypeIn,
    ...readRange(given),
    quotes,
    tolerance,
    limit,
  };
}

import { ALL_SYMBOLS, datasetSchema, schemaNameSchema, STYPES_IN } from '@tapeline/contracts';
import { DAY_NS } from '@tapeline/records';
import type { RangeQuery } from '@tapeline/storage';
import { z } from 'zod';
import { answerOptions, answerParameters } from './answer-options.js';
import type { AnswerOptions } from './answer-options.js';
import { Problem } from './problem.js';
import {
  once,
  readParameters,
  requireIds,
  symbolsParameter,
  timeParameter,
} from './query-parameters.js';
import type { QueryString } from './query-parameters.js';

const MOST_DAYS = 366;
const FIRST_TIME = 0n;

/** The query string of `GET /v1/latest`. */
export const latestParameters = z.strictObject({
  dataset: z.preprocess(once, datasetSchema),
  schema: z.preprocess(once, schemaNameSchema),
  symbols: symbolsParameter,
  stype_in: z.preprocess(once, z.enum(STYPES_IN).default('raw_symbol')),
  at: timeParameter((ns) => ns).meta({
    description: 'The last records before this time; now by default',
  }),
  days: z
    .preprocess(
      once,
      z
        .string()
        .regex(/^[1-9]\d{0,2}$/, `days is a whole number from 1 to ${MOST_DAYS}`)
        .transform(Number)
        .refine((days) => days <= MOST_DAYS, `days is at most ${MOST_DAYS}`)
        .optional(),
    )
    .meta({ description: 'How far to look back; 7 by default' }),
  ...answerParameters,
});

export interface LatestRequest extends RangeQuery, AnswerOptions {
  readonly limit: undefined;
}

const DAYS = 7;

/** @throws Problem that names every invalid parameter. */
export function readLatestRequest(
  query: QueryString,
  accept: string | undefined,
  now: bigint,
): LatestRequest {
  const given = readParameters(latestParameters, query, 'dataset, schema and symbols are required');
  const { dataset, schema, symbols, stype_in: stypeIn, at: end = now, days = DAYS } = given;
  if (stypeIn === 'instrument_id') requireIds(symbols);
  if (symbols.includes(ALL_SYMBOLS)) {
    throw new Problem(
      'impossible-request',
      'the latest of all symbols is not asked for at once',
      'Name symbols, or a parent such as ES.FUT with stype_in=parent.',
    );
  }
  const back = end - BigInt(days) * DAY_NS;
  const start = back > FIRST_TIME ? back : FIRST_TIME;
  if (end <= start) {
    throw new Problem('impossible-request', 'at is 1970 or before', 'Name a later time.');
  }
  const options = answerOptions(given, accept);
  return { ...options, dataset, schema, symbols, stypeIn, start, end, limit: undefined };
}

import { datasetSchema, schemaNameSchema, STYPES_IN } from '@tapeline/contracts';
import { DAY_NS } from '@tapeline/records';
import { dayFrom, dayOf } from '@tapeline/storage';
import type { CoverageQuery } from '@tapeline/storage';
import { z } from 'zod';
import { Problem } from './problem.js';
import {
  once,
  readParameters,
  requireIds,
  symbolsParameter,
  timeParameter,
} from './query-parameters.js';
import type { QueryString } from './query-parameters.js';

/** Rows of an answer, unless `limit` says fewer. */
const MOST_ROWS = 1000;

/** The end of the last day that nanoseconds in 63 bits reach whole. */
const LAST_TIME = ((2n ** 63n - 1n) / DAY_NS) * DAY_NS;

const time = timeParameter((ns, text) => {
  if (ns > LAST_TIME) throw new RangeError(`'${text}' is after 2262-04-11`);
  return ns;
});

/** The query string of `GET /v1/coverage`. */
export const coverageParameters = z.strictObject({
  dataset: z.preprocess(once, datasetSchema.optional()),
  schema: z.preprocess(once, schemaNameSchema.optional()),
  symbols: symbolsParameter.optional(),
  stype_in: z.preprocess(once, z.enum(STYPES_IN).default('raw_symbol')),
  start: time,
  end: time,
  stale: z.preprocess(
    once,
    z
      .enum(['true', 'false'])
      .default('false')
      .transform((text) => text === 'true'),
  ),
  limit: z.preprocess(
    once,
    z.coerce
      .number('limit is a whole number above 0')
      .int('limit is a whole number above 0')
      .min(1, 'limit is a whole number above 0')
      .max(MOST_ROWS, `limit is at most ${MOST_ROWS}`)
      .default(MOST_ROWS),
  ),
});

/**
 * Reads the query parameters of `GET /v1/coverage`. Times are widened to UTC days.
 * @throws Problem that names every invalid parameter.
 */
export function readCoverageRequest(query: QueryString): {
  readonly query: CoverageQuery;
  readonly limit: number;
} {
  const request = readParameters(coverageParameters, query);
  const { dataset, schema, symbols, stype_in: stypeIn, start, end, stale, limit } = request;
  if (symbols !== undefined && dataset === undefined) {
    throw new Problem(
      'invalid-parameters',
      'symbols: they mean something only together with a dataset',
      'Pass their dataset, too, such as dataset=GLBX.MDP3.',
    );
  }
  if (stypeIn === 'instrument_id') requireIds(symbols ?? []);
  const from = start === undefined ? undefined : dayOf(start);
  const to = end === undefined ? undefined : dayFrom(end);
  if (start !== undefined && end !== undefined && end <= start) {
    throw new Problem(
      'impossible-request',
      'end is not after start',
      'Times are UTC dates, ISO 8601 times or nanoseconds since 1970; end is exclusive.',
    );
  }
  return { query: { dataset, schema, symbols, stypeIn, from, to, stale }, limit };
}

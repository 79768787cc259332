import {
  ALL_SYMBOLS,
  datasetSchema,
  requestRange,
  schemaNameSchema,
  STYPES_IN,
  symbolsSchema,
} from '@tapeline/contracts';
import type { TimeseriesQuery } from '@tapeline/storage';
import { z } from 'zod';
import { Problem } from './problem.js';

const ENCODINGS = ['json', 'csv', 'dbn'] as const;
type Encoding = (typeof ENCODINGS)[number];

export interface TimeseriesRequest extends TimeseriesQuery {
  readonly encoding: Encoding;
}

/** As many as Databento takes in one request. */
const MOST_SYMBOLS = 2000;

const once = (value: unknown, context: z.core.$RefinementCtx): unknown => {
  if (!Array.isArray(value)) return value;
  context.addIssue({ code: 'custom', message: 'is given more than once' });
  return z.NEVER;
};

const symbols = z
  .preprocess((value) => (Array.isArray(value) ? value.join(',') : value), symbolsSchema)
  .pipe(
    z
      .array(z.string().regex(/^[\x20-\x7e]+$/, 'a symbol has printable ASCII letters only'))
      .max(MOST_SYMBOLS, `name at most ${MOST_SYMBOLS} symbols, or ${ALL_SYMBOLS}`),
  );

const parameters = z.strictObject({
  dataset: z.preprocess(once, datasetSchema),
  schema: z.preprocess(once, schemaNameSchema),
  /** Separated by commas; repeated parameters are taken together. */
  symbols,
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

const KNOWN = Object.keys(parameters.shape);

/**
 * Reads the query parameters of `GET /v1/timeseries`, which have Databento's names.
 * @param accept the request's Accept header; it chooses the encoding where no parameter does.
 * @throws Problem that names every invalid parameter.
 */
export function readTimeseriesRequest(
  query: Readonly<Record<string, unknown>>,
  accept: string | undefined,
): TimeseriesRequest {
  const result = parameters.safeParse(query);
  if (!result.success) throw invalid(query, result.error.issues);
  const { dataset, schema, stype_in: stypeIn, limit, encoding } = result.data;
  if (stypeIn === 'instrument_id') requireIds(result.data.symbols);
  return {
    dataset,
    schema,
    symbols: result.data.symbols,
    stypeIn,
    ...readRange(result.data),
    limit,
    encoding: encoding ?? (accept?.includes('text/csv') ? 'csv' : 'json'),
  };
}

function invalid(
  query: Readonly<Record<string, unknown>>,
  issues: readonly z.core.$ZodIssue[],
): Problem {
  const errors = issues.flatMap((issue): { parameter: string; message: string }[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((parameter) => ({ parameter, message: 'is not a parameter' }));
    }
    const parameter = String(issue.path[0]);
    const message = Object.hasOwn(query, parameter) ? issue.message : 'is missing';
    return [{ parameter, message }];
  });
  return new Problem(
    'invalid-parameters',
    errors.map(({ parameter, message }) => `${parameter}: ${message}`).join('; '),
    `The parameters are ${KNOWN.join(', ')}; dataset, schema, symbols and start are required.`,
    { errors, known_parameters: KNOWN },
  );
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

const LARGEST_ID = 0xffff_ffff;

function requireIds(given: readonly string[]): void {
  const wrong = given.filter(
    (symbol) =>
      symbol !== ALL_SYMBOLS && !(/^\d{1,10}$/.test(symbol) && Number(symbol) <= LARGEST_ID),
  );
  if (wrong.length === 0) return;
  throw new Problem(
    'impossible-request',
    `${wrong.map((symbol) => `'${symbol}'`).join(', ')} cannot be an instrument_id`,
    'Instrument ids are numbers, such as 5482. For symbols pass stype_in=raw_symbol.',
  );
}

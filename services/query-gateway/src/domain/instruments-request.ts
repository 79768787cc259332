import { datasetSchema } from '@tapeline/contracts';
import type { InstrumentFilter, InstrumentPosition } from '@tapeline/storage';
import { z } from 'zod';
import { dateParameter } from './date-parameter.js';
import { INSTRUMENT_CLASSES } from './instrument-classes.js';
import { Problem } from './problem.js';
import { wholeNumber } from './quarantine-request.js';
import {
  once,
  readParameters,
  requireIds,
  symbolsParameter,
  timeParameter,
} from './query-parameters.js';
import type { QueryString } from './query-parameters.js';

const LETTERS = new Map(
  Object.entries(INSTRUMENT_CLASSES).flatMap(([letter, name]) => [
    [letter, letter],
    [name, letter],
  ]),
);

const classes = symbolsParameter.transform((given, context) =>
  given.map((name) => {
    const letter = LETTERS.get(name.length === 1 ? name.toUpperCase() : name.toLowerCase());
    if (letter !== undefined) return letter;
    const known = Object.entries(INSTRUMENT_CLASSES).map(([code, word]) => `${code} (${word})`);
    const message = `'${name}' is no instrument class: they are ${known.join(', ')}`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  }),
);

const CURSOR = /^([A-Z0-9.]{5,33}):(\d{1,10})$/;

/** The query parameters of `GET /v1/instruments`. */
export const instrumentsParameters = z.strictObject({
  date: dateParameter
    .optional()
    .describe('The UTC day on which the definitions held; today by default'),
  dataset: z.preprocess(once, datasetSchema.optional()),
  symbols: symbolsParameter.optional().describe('Raw symbols, separated by commas'),
  search: z
    .preprocess(
      once,
      z
        .string()
        .trim()
        .min(1)
        .max(70)
        .regex(/^[^\0]*$/, 'a text has no NUL')
        .optional(),
    )
    .describe('A part of the raw symbol, asset, underlying, group or exchange'),
  asset: symbolsParameter.optional().describe('Product roots such as ES, separated by commas'),
  class: classes.optional().describe('Letters or names of instrument_class, such as F or future'),
  expiry_start: timeParameter((ns) => ns).describe('Expires at this time or later'),
  expiry_end: timeParameter((ns) => ns).describe('Expires before this time'),
  active: z
    .preprocess(once, z.enum(['true', 'false']).default('false'))
    .transform((text) => text === 'true')
    .describe('Only what is activated and not expired on the day'),
  limit: z.preprocess(once, wholeNumber(1000).default(100)),
  cursor: z
    .preprocess(once, z.string().regex(CURSOR, 'is the next_cursor of an answer').optional())
    .describe('next_cursor of the page before'),
});

export interface InstrumentsRequest {
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly filter: InstrumentFilter;
  readonly limit: number;
  readonly after: InstrumentPosition | undefined;
}

const today = (): string => Temporal.Now.plainDateISO('UTC').toString();

/** Reads the parameters. @throws Problem that names every invalid one. */
export function readInstrumentsRequest(query: QueryString): InstrumentsRequest {
  const given = readParameters(instrumentsParameters, query);
  const { expiry_start: expiryStart, expiry_end: expiryEnd } = given;
  if (expiryStart !== undefined && expiryEnd !== undefined && expiryEnd <= expiryStart) {
    throw new Problem(
      'impossible-request',
      'expiry_end is not after expiry_start',
      'Times are UTC dates, ISO 8601 times or nanoseconds since 1970; expiry_end is exclusive.',
    );
  }
  const [, dataset, instrumentId] = CURSOR.exec(given.cursor ?? '') ?? [];
  return {
    date: given.date ?? today(),
    filter: {
      dataset: given.dataset,
      symbols: given.symbols,
      search: given.search,
      assets: given.asset,
      classes: given.class,
      expiryStart,
      expiryEnd,
      active: given.active,
    },
    limit: given.limit,
    after: dataset === undefined ? undefined : { dataset, instrumentId: Number(instrumentId) },
  };
}

/** The parts of the path of one instrument. */
export const instrumentPath = z.strictObject({
  dataset: datasetSchema,
  instrument_id: z.string(),
});
/** The query parameters of one instrument. */
export const instrumentParameters = instrumentsParameters.pick({ date: true });

/** Reads what names one instrument on one day. @throws Problem */
export function readInstrumentRequest(
  path: QueryString,
  query: QueryString,
): Pick<InstrumentsRequest, 'date' | 'filter'> {
  const { dataset, instrument_id: id } = readParameters(instrumentPath, path);
  requireIds([id]);
  const { date = today() } = readParameters(instrumentParameters, query);
  return { date, filter: { dataset, instrumentId: Number(id) } };
}

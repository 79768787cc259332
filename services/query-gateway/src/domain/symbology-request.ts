import { ALL_SYMBOLS, datasetSchema, STYPES_IN } from '@tapeline/contracts';
import { STYPES_OUT } from '@tapeline/storage';
import type { SymbologyQuery } from '@tapeline/storage';
import { z } from 'zod';
import { dateParameter, requireDates } from './date-parameter.js';
import { Problem } from './problem.js';
import { once, readParameters, requireIds, symbolsParameter } from './query-parameters.js';
import type { QueryString } from './query-parameters.js';

/** The query parameters of `GET /v1/symbology/resolve`, which have Databento's names. */
export const symbologyParameters = z.strictObject({
  dataset: z.preprocess(once, datasetSchema),
  symbols: symbolsParameter.describe(`Separated by commas; ${ALL_SYMBOLS} for every raw symbol`),
  stype_in: z.preprocess(once, z.enum(STYPES_IN).default('raw_symbol')),
  stype_out: z
    .preprocess(once, z.enum(STYPES_OUT).optional())
    .describe('instrument_id by default, raw_symbol for stype_in=instrument_id'),
  start_date: dateParameter.describe('The first UTC day'),
  end_date: dateParameter.optional().describe('The day after the last one; by default the next'),
});

/** Parents and raw symbols have no other name than that of their instruments. */
const OFFERED: Readonly<Record<(typeof STYPES_IN)[number], readonly string[]>> = {
  raw_symbol: ['instrument_id'],
  parent: ['instrument_id'],
  continuous: ['instrument_id', 'raw_symbol'],
  instrument_id: ['raw_symbol'],
};

/** Reads the parameters. @throws Problem that names every invalid one. */
export function readSymbologyRequest(query: QueryString): SymbologyQuery {
  const remedy = 'dataset, symbols and start_date are required';
  const given = readParameters(symbologyParameters, query, remedy);
  const { dataset, symbols, stype_in: stypeIn, start_date: from } = given;
  const stypeOut =
    given.stype_out ?? (stypeIn === 'instrument_id' ? 'raw_symbol' : 'instrument_id');
  if (!OFFERED[stypeIn].includes(stypeOut)) {
    throw new Problem(
      'impossible-request',
      `stype_in=${stypeIn} is not resolved to stype_out=${stypeOut}`,
      `stype_in=${stypeIn} goes with stype_out=${OFFERED[stypeIn].join(' or ')}.`,
    );
  }
  if (stypeIn === 'instrument_id') requireIds(symbols);
  if (stypeIn !== 'raw_symbol' && symbols.includes(ALL_SYMBOLS)) {
    throw new Problem(
      'impossible-request',
      `${ALL_SYMBOLS} stands for raw symbols, not for stype_in=${stypeIn}`,
      'Leave stype_in out.',
    );
  }
  const to = given.end_date ?? Temporal.PlainDate.from(from).add({ days: 1 }).toString();
  requireDates({ start_date: from, end_date: to });
  return { dataset, symbols, stypeIn, stypeOut, from, to };
}

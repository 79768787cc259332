import { ALL_SYMBOLS, datasetSchema, schemaNameSchema } from '@tapeline/contracts';
import type { SchemaName } from '@tapeline/records';
import { z } from 'zod';
import { once, readParameters, requireIds, symbolsParameter } from './query-parameters.js';
import type { QueryString } from './query-parameters.js';

/** The query parameters of `GET /v1/stream`. */
export const streamParameters = z.strictObject({
  dataset: z.preprocess(once, datasetSchema.optional()),
  schema: z.preprocess(once, schemaNameSchema.optional()),
  symbols: symbolsParameter
    .default([ALL_SYMBOLS])
    .describe('Separated by commas; without them records of every instrument'),
  stype_in: z.preprocess(once, z.enum(['raw_symbol', 'instrument_id']).default('raw_symbol')),
});

/** Which records of batches are wanted; what is undefined is not limited. */
export interface StreamRequest {
  readonly dataset: string | undefined;
  readonly schema: SchemaName | undefined;
  readonly symbols: ReadonlySet<string> | undefined;
  readonly instrumentIds: ReadonlySet<number> | undefined;
}

/** Reads the parameters. @throws Problem that names every invalid one. */
export function readStreamRequest(query: QueryString): StreamRequest {
  const { dataset, schema, symbols, stype_in: stypeIn } = readParameters(streamParameters, query);
  const isId = stypeIn === 'instrument_id';
  if (isId) requireIds(symbols);
  const isAll = symbols.includes(ALL_SYMBOLS);
  return {
    dataset,
    schema,
    symbols: isAll || isId ? undefined : new Set(symbols),
    instrumentIds: isAll || !isId ? undefined : new Set(symbols.map(Number)),
  };
}

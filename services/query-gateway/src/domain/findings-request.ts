import { datasetSchema, quarantineFilterSchema, schemaNameSchema } from '@tapeline/contracts';
import type { FindingFilter } from '@tapeline/storage';
import { z } from 'zod';
import { once, readParameters } from './query-parameters.js';
import type { QueryString } from './query-parameters.js';

/** The query string of `GET /v1/findings`. */
export const findingsParameters = z.strictObject({
  dataset: z.preprocess(once, datasetSchema.optional()),
  schema: z.preprocess(once, schemaNameSchema.optional()),
  chunk_id: z.preprocess(once, quarantineFilterSchema.shape.chunk_id),
  check: z.preprocess(once, quarantineFilterSchema.shape.rule),
  severity: z.preprocess(once, z.enum(['error', 'warn', 'info']).optional()),
  limit: z.preprocess(
    once,
    z
      .string()
      .regex(/^[1-9]\d{0,3}$/, 'is a whole number from 1 to 9999')
      .default('100')
      .transform(Number),
  ),
});

/** The parameters of `GET /v1/findings`. @throws Problem that names every invalid one. */
export function readFindingsRequest(query: QueryString): FindingFilter {
  const { chunk_id: chunkId, ...rest } = readParameters(findingsParameters, query);
  return { ...rest, chunkId };
}

import { datasetSchema, quarantineFilterSchema, schemaNameSchema } from '@tapeline/contracts';
import type { FindingFilter } from '@tapeline/storage';
import { z } from 'zod';
import { invalidParameters, once } from './query-parameters.js';

const parameters = z.strictObject({
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
export function readFindingsRequest(query: Readonly<Record<string, unknown>>): FindingFilter {
  const result = parameters.safeParse(query);
  if (!result.success) {
    const known = Object.keys(parameters.shape);
    throw invalidParameters(query, result.error.issues, known, 'all of them may be left out');
  }
  const { chunk_id: chunkId, ...rest } = result.data;
  return { ...rest, chunkId };
}

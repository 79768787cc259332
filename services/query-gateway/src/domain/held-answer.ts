import { formatTimestamp } from '@tapeline/records';
import type { DatasetSummary, HeldSchema } from '@tapeline/storage';
import { z } from 'zod';

const time = z.string().nullable();

/** What is held of a schema, without its name and its dataset's. */
const heldShape = {
  start: time.describe('Of the first range that is held; ISO 8601, to the nanosecond'),
  end: time.describe('Of the last one, exclusive; there may be gaps: GET /v1/coverage'),
  chunks: z.int().describe('Complete ones'),
  rows: z
    .int()
    .describe(
      'Written, by the ledger, less those that others replaced; retention may have deleted some',
    ),
  quarantined: z.int().describe('Records that rules refused'),
  filtered: z.int().describe('Records that rules left out'),
  last_ingested_at: time.describe('When the last batch was written'),
};

export const heldOfDatasetSchema = z.object({ dataset: z.string(), ...heldShape });

/** The answer of `GET /v1/datasets`. */
export const datasetsAnswerSchema = z.object({
  datasets: z.array(
    z.object({
      dataset: z.string(),
      schemas: z.array(z.object({ schema: z.string(), ...heldShape })),
      conditions: z
        .record(z.string(), z.int())
        .describe('Days by what the source says of them: available, degraded, pending, missing'),
      last_ingested_at: time,
    }),
  ),
});

/** What is held as JSON: times to the nanosecond. */
export const heldAnswer = (held: HeldSchema) => ({
  start: held.start === null ? null : formatTimestamp(held.start),
  end: held.end === null ? null : formatTimestamp(held.end),
  chunks: held.chunks,
  rows: held.rows,
  quarantined: held.quarantined,
  filtered: held.filtered,
  last_ingested_at: held.lastIngestedAt,
});

/** A dataset as JSON. */
export function datasetAnswer({ dataset, schemas, conditions }: DatasetSummary) {
  const times = schemas.flatMap(({ lastIngestedAt }) => lastIngestedAt ?? []).toSorted();
  return {
    dataset,
    schemas: schemas.map((held) => ({ schema: held.schema, ...heldAnswer(held) })),
    conditions,
    last_ingested_at: times.at(-1) ?? null,
  };
}

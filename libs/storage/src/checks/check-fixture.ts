/** Complete chunks with their rows, for the tests of checks and look-ups. */
import { parseTimestamp, recordsOf } from '@tapeline/records';
import type { GivenRecord, SchemaName } from '@tapeline/records';
import { chunkChecksSchema } from '@tapeline/rules';
import type { Storage } from '../storage.js';
import { DATASET, DAY, DAY_START, headerOf } from '../test-batches.js';
import { writeBatch } from '../write/write-batch.js';
import type { Finding, OpenIntervals } from './finding.js';
import { runChunkChecks } from './run-chunk-checks.js';

export interface GivenChunk {
  readonly schema: SchemaName;
  /** One list for each batch. */
  readonly batches: readonly (readonly GivenRecord[])[];
  /** Instruments of its claims; 1 by default. */
  readonly instruments?: readonly number[];
  /** `[start, end)`, a day by default. */
  readonly range?: readonly [bigint, bigint];
  readonly endTies?: number;
  readonly exclude?: readonly Record<string, unknown>[];
  readonly expected?: number;
  readonly skipped?: number;
  readonly state?: string;
}

let chunks = 0;

/** Stores a complete chunk of the first of July 2024, and returns its id. */
export async function holdChunk(storage: Storage, given: GivenChunk): Promise<string> {
  const id = `chunk${chunks++}`;
  const [start, end] = given.range ?? [DAY_START, DAY_START + DAY];
  const fetched = given.batches.reduce((sum, records) => sum + records.length, 0);
  await storage.pool.query(
    `INSERT INTO chunk (chunk_id, dataset, schema, request, start_ns, end_ns, state, expected, fetched, skipped)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      id,
      DATASET,
      given.schema,
      { source: 'api', exclude: given.exclude ?? [] },
      start,
      end,
      given.state ?? 'complete',
      given.expected,
      fetched,
      given.skipped ?? 0,
    ],
  );
  await storage.pool.query(
    `INSERT INTO coverage (dataset, schema, chunk_id, instrument_id, start_ns, end_ns, end_ties)
     SELECT $1, $2, $3, unnest($4::bigint[]), $5, $6, $7`,
    [DATASET, given.schema, id, given.instruments ?? [1], start, end, given.endTies ?? 0],
  );
  let ordinal = 0;
  for (const [sequence, records] of given.batches.entries()) {
    const batch = recordsOf(given.schema, records, ordinal);
    await writeBatch(storage, headerOf(batch, id, sequence), batch);
    ordinal += records.length;
  }
  return id;
}

/** Runs one check with parameters as a file has them. */
export function runCheck(
  storage: Storage,
  chunkId: string,
  check: Readonly<Record<string, unknown>>,
  openIntervals?: OpenIntervals,
): Promise<Finding[]> {
  const checks = chunkChecksSchema.parse([check]);
  return runChunkChecks(storage, chunkId, checks, { rulesVersion: 'v1', openIntervals });
}

/** A time of the first of July 2024. */
export const at = (time: string): bigint => parseTimestamp(`2024-07-01T${time}`);

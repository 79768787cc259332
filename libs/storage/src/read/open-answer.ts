import type { StypeIn } from '@tapeline/contracts';
import type { SchemaDescription, SchemaName } from '@tapeline/records';
import type { PoolClient } from 'pg';
import type { Storage } from '../storage.js';
import { disjointIntervals } from './disjoint-intervals.js';
import type { SymbolInterval } from './disjoint-intervals.js';
import { missingParts, readDatasets } from './held-ranges.js';
import type { Missing } from './held-ranges.js';
import { readProvenance } from './provenance.js';
import type { Provenance } from './provenance.js';
import { ignoreError, RecordCursor } from './record-cursor.js';
import type { RecordStatement } from './record-cursor.js';
import { resolveSymbols } from './resolve-symbols.js';
import type { SymbolResolution } from './resolve-symbols.js';

export interface RangeQuery {
  readonly dataset: string;
  readonly schema: SchemaName;
  /** As requested; `['ALL_SYMBOLS']` for every instrument. */
  readonly symbols: readonly string[];
  readonly stypeIn: StypeIn;
  /** Nanoseconds of the index timestamp, `[start, end)`. */
  readonly start: bigint;
  readonly end: bigint;
}

/** Most parts of {@link TimeseriesAnswer.missing}. */
const MISSING_LIMIT = 1000;

/** A query that has begun. Read `records` to their end, or close them. */
export interface TimeseriesAnswer {
  readonly outcome: 'answer';
  readonly resolution: SymbolResolution;
  /** The earliest parts of the query that are not held, at most {@link MISSING_LIMIT}. */
  readonly missing: readonly Missing[];
  readonly provenance: Provenance;
  /** With the columns that rules added. */
  readonly schema: SchemaDescription;
  readonly records: RecordCursor;
}

export type TimeseriesOutcome =
  | TimeseriesAnswer
  | { readonly outcome: 'unknown-dataset'; readonly known: readonly string[] }
  | { readonly outcome: 'unknown-symbols'; readonly symbols: readonly string[] };

/** Makes the statement of an answer. @param intervals disjoint; undefined for every instrument. */
export type MakeStatement = (
  client: PoolClient,
  datasetId: number,
  intervals: readonly SymbolInterval[] | undefined,
) => Promise<RecordStatement>;

/**
 * Begins an answer in a read-only transaction, so that symbols, gaps and records are of one moment.
 * @param signal stops the statement on the server, also while it waits for the first row.
 */
export async function openAnswer(
  storage: Pick<Storage, 'pool'>,
  query: RangeQuery,
  signal: AbortSignal,
  makeStatement: MakeStatement,
): Promise<TimeseriesOutcome> {
  const client = await storage.pool.connect();
  // The statement under way reports a broken connection; without a listener it would end the process.
  client.on('error', ignoreError);
  try {
    signal.throwIfAborted();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const begun = await begin(storage, client, query, signal, makeStatement);
    if (begun.outcome !== 'answer') {
      await client.query('COMMIT');
      client.off('error', ignoreError);
      client.release();
    }
    return begun;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

async function begin(
  storage: Pick<Storage, 'pool'>,
  client: PoolClient,
  query: RangeQuery,
  signal: AbortSignal,
  makeStatement: MakeStatement,
): Promise<TimeseriesOutcome> {
  // A transaction that a stalled reader leaves open would hold back vacuum for ever.
  await client.query(
    `SET LOCAL idle_in_transaction_session_timeout = '5min'; SET LOCAL jit = off; SET LOCAL work_mem = '32MB'`,
  );
  const datasets = await readDatasets(client);
  const datasetId = datasets.get(query.dataset);
  if (datasetId === undefined) {
    return { outcome: 'unknown-dataset', known: [...datasets.keys()] };
  }
  const resolution = await resolveSymbols(client, query);
  if (resolution.unknown.length > 0) {
    return { outcome: 'unknown-symbols', symbols: resolution.unknown };
  }
  const missing = await missingParts(client, query, resolution, MISSING_LIMIT);
  const provenance = await readProvenance(client, query, resolution);
  const intervals =
    resolution.intervals && disjointIntervals([...resolution.intervals.values()].flat());
  const statement = await makeStatement(client, datasetId, intervals);
  const records = await RecordCursor.open(storage.pool, client, statement, signal);
  return {
    outcome: 'answer',
    schema: statement.schema,
    resolution,
    missing,
    provenance,
    records,
  };
}

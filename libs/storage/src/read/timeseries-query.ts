import type { StypeIn } from '@tapeline/contracts';
import { extendSchema, SCHEMAS } from '@tapeline/records';
import type { SchemaDescription, SchemaName } from '@tapeline/records';
import type { PoolClient } from 'pg';
import { readDerivedColumns } from '../schema/derived-columns.js';
import type { Storage } from '../storage.js';
import { disjointIntervals } from './disjoint-intervals.js';
import { missingParts, readDatasets } from './held-ranges.js';
import type { Missing } from './held-ranges.js';
import { resolveSymbols } from './resolve-symbols.js';
import type { SymbolResolution } from './resolve-symbols.js';
import { ignoreError, RecordCursor } from './record-cursor.js';
import { requestedNames, venueNames } from './symbol-names.js';
import { timeseriesStatement } from './timeseries-statement.js';

export interface TimeseriesQuery {
  readonly dataset: string;
  readonly schema: SchemaName;
  /** As requested; `['ALL_SYMBOLS']` for every instrument. */
  readonly symbols: readonly string[];
  readonly stypeIn: StypeIn;
  /** Nanoseconds of the index timestamp, `[start, end)`. */
  readonly start: bigint;
  readonly end: bigint;
  readonly limit: number | undefined;
}

/** Most parts of {@link TimeseriesAnswer.missing}. */
export const MISSING_LIMIT = 1000;

/** A query that has begun. Read `records` to their end, or close them. */
export interface TimeseriesAnswer {
  readonly outcome: 'answer';
  readonly resolution: SymbolResolution;
  /** The earliest parts of the query that are not held, at most {@link MISSING_LIMIT}. */
  readonly missing: readonly Missing[];
  /** With the columns that rules added. */
  readonly schema: SchemaDescription;
  readonly records: RecordCursor;
}

export type TimeseriesOutcome =
  | TimeseriesAnswer
  | { readonly outcome: 'unknown-dataset'; readonly known: readonly string[] }
  | { readonly outcome: 'unknown-symbols'; readonly symbols: readonly string[] };

/**
 * Begins a query in a read-only transaction, so that symbols, gaps and records are of one moment.
 * @param lookups connections that no reader holds, for symbols of records as they come.
 * @param signal stops the statement on the server, also while it waits for the first row.
 */
export async function openTimeseries(
  storage: Pick<Storage, 'pool'>,
  lookups: Pick<Storage, 'pool'>,
  query: TimeseriesQuery,
  signal: AbortSignal,
): Promise<TimeseriesOutcome> {
  const client = await storage.pool.connect();
  // The statement under way reports a broken connection; without a listener it would end the process.
  client.on('error', ignoreError);
  try {
    signal.throwIfAborted();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const begun = await begin(storage, lookups, client, query, signal);
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
  lookups: Pick<Storage, 'pool'>,
  client: PoolClient,
  query: TimeseriesQuery,
  signal: AbortSignal,
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
  const base = SCHEMAS[query.schema];
  const schema = extendSchema(base, await readDerivedColumns(client, base));
  const intervals =
    resolution.intervals && disjointIntervals([...resolution.intervals.values()].flat());
  const text = timeseriesStatement({ ...query, schema, datasetId, intervals });
  const symbolNames = intervals ? requestedNames(intervals) : venueNames(lookups, query.dataset);
  const statement = { text, schema, symbolNames };
  const records = await RecordCursor.open(storage.pool, client, statement, signal);
  return { outcome: 'answer', schema, resolution, missing, records };
}

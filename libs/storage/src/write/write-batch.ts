import { pipeline } from 'node:stream/promises';
import type { BatchHeader, RuleOutcome } from '@tapeline/contracts';
import { copyStatement, encodeCopy, quoteIdentifier } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { from as copyFrom } from 'pg-copy-streams';
import type { PoolClient } from 'pg';
import type { Storage } from '../storage.js';
import { saveDefinedSymbols } from '../planning/symbology-store.js';
import { checkAccepted } from './check-batch.js';
import { definedSymbols } from './defined-symbols.js';
import { addColumns, ensureColumns } from './ensure-columns.js';
import { claim } from './ledger.js';
import type { Destination } from './ledger.js';
import { stagingTable } from './staging.js';
import { writeOutcomes } from './write-outcomes.js';

/**
 * Stores a validated batch: its ledger row and its rows in one transaction, so that a redelivered batch
 * changes nothing. The tests in write-batch.test.ts prove it for each place at which it can be cut off.
 * @param outcomes what rules did to its records.
 * @throws BatchMismatchError, BatchConflictError, or the database's error; nothing is stored then.
 */
export async function writeBatch(
  storage: Storage,
  header: BatchHeader,
  batch: ColumnarBatch,
  outcomes: readonly RuleOutcome[] = [],
): Promise<'written' | 'duplicate'> {
  checkAccepted(header, batch);
  const partitions = await storage.partitions();
  await partitions.ensure(batch);
  await ensureColumns(storage, batch.schema);
  const datasetId = await storage.datasetId(header.dataset);
  const times = batch.indexTimestamps();
  // Encoded before it takes a connection, so that another batch is on its way to the server meanwhile.
  const rows = encodeCopy(batch, datasetId);
  return storage.transaction(async (client) => {
    const destination = await claim(client, header, {
      stored: batch.length,
      quarantined: 0,
      filtered: header.filtered,
      first: times[0] ?? null,
      last: times.at(-1) ?? null,
    });
    if (!destination) return 'duplicate';
    if (batch.length > 0) {
      const table = await tableFor(client, destination, header, batch);
      await copyRows(client, batch, rows, table).catch((error: unknown) => {
        if (isWithoutPartition(error)) partitions.forget();
        throw error;
      });
    }
    await writeOutcomes(client, header, outcomes);
    if (batch.schema.name === 'definition') {
      await saveDefinedSymbols(client, header.dataset, definedSymbols(batch));
    }
    return 'written';
  });
}

/** Where the rows go, quoted. A staging table may be older than a column that rules derive. */
async function tableFor(
  client: PoolClient,
  destination: Destination,
  { chunk_id: chunkId }: BatchHeader,
  { schema }: ColumnarBatch,
): Promise<string> {
  if (destination === 'market') return quoteIdentifier(schema.table);
  await addColumns(client, schema, stagingTable(chunkId));
  return stagingTable(chunkId);
}

/**
 * Copies a batch into a table with the columns of its schema.
 * @param rows the batch as a COPY stream: encoded before the server is told to expect it, which would wait for ever
 *   if that failed.
 * @param table quoted.
 */
export async function copyRows(
  client: PoolClient,
  batch: ColumnarBatch,
  rows: Uint8Array,
  table: string,
): Promise<void> {
  const copy = client.query(copyFrom(copyStatement(batch.schema, table)));
  await pipeline([rows], copy);
  if (copy.rowCount !== batch.length) {
    throw new Error(`COPY stored ${copy.rowCount} of ${batch.length} rows`);
  }
}

/** PostgreSQL's answer where no partition takes a row. */
const isWithoutPartition = (error: unknown): boolean =>
  (error as { code?: unknown }).code === '23514';

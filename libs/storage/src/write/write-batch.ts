import type { BatchHeader, RuleOutcome } from '@tapeline/contracts';
import { encodeCopyRows } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { activeTraceId } from '@tapeline/telemetry';
import type { PoolClient } from 'pg';
import type { Storage } from '../storage.js';
import { saveDefinedSymbols } from '../planning/symbology-store.js';
import { checkAccepted } from './check-batch.js';
import { copyRows } from './copy-rows.js';
import type { EncodedRows } from './copy-rows.js';
import { definedSymbols } from './defined-symbols.js';
import { addColumns, ensureColumns } from './ensure-columns.js';
import { claim } from './ledger.js';
import type { PartClaim } from './ledger.js';
import { stagingTable } from './staging.js';
import { timeRange } from './time-range.js';
import { writeOutcomes } from './write-outcomes.js';

export type Written = 'written' | 'duplicate';

/** A batch that its table is ready for. */
export interface ReadyBatch extends PartClaim, EncodedRows {
  readonly batch: ColumnarBatch;
  readonly outcomes: readonly RuleOutcome[];
}

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
): Promise<Written> {
  const [written] = await storeBatches(storage, [
    await readyBatch(storage, header, batch, outcomes),
  ]);
  return written!;
}

/** Checks a batch, makes its table ready, and encodes its rows: all that needs no transaction. */
export async function readyBatch(
  storage: Storage,
  header: BatchHeader,
  batch: ColumnarBatch,
  outcomes: readonly RuleOutcome[],
): Promise<ReadyBatch> {
  checkAccepted(header, batch);
  await (await storage.partitions()).ensure(batch);
  await ensureColumns(storage, batch.schema);
  const datasetId = await storage.datasetId(header.dataset);
  const entry = {
    stored: batch.length,
    quarantined: 0,
    filtered: header.filtered,
    ...timeRange(batch.indexTimestamps()),
  };
  const encoded = encodeCopyRows(batch, datasetId);
  const { length } = batch;
  return { header, entry, traceId: activeTraceId(), batch, outcomes, encoded, length };
}

/**
 * Stores batches in one transaction, all or none of them. Rows of the same table go in one statement.
 * @param onSent called once rows are on their way.
 */
export async function storeBatches(
  storage: Storage,
  batches: readonly ReadyBatch[],
  onSent?: () => void,
): Promise<Written[]> {
  return storage.transaction(async (client) => {
    const destinations = await claim(client, batches);
    const fresh = batches.filter((_, index) => destinations[index] !== undefined);
    const waiting = new Set(batches.filter((_, index) => destinations[index] === 'staging'));
    try {
      for (const group of groupRows(fresh, waiting)) await copyGroup(client, group, onSent);
    } catch (error) {
      if (isWithoutPartition(error)) (await storage.partitions()).forget();
      throw error;
    }
    for (const { header, batch, outcomes } of fresh) {
      await writeOutcomes(client, header, outcomes);
      if (batch.schema.name === 'definition') {
        await saveDefinedSymbols(client, header.dataset, definedSymbols(batch));
      }
    }
    return destinations.map((destination) => (destination ? 'written' : 'duplicate'));
  });
}

interface Group {
  /** Of the chunk whose rows wait to replace others; undefined for the market table. */
  readonly staging: string | undefined;
  readonly batches: ReadyBatch[];
}

function groupRows(batches: readonly ReadyBatch[], waiting: ReadonlySet<ReadyBatch>): Group[] {
  const groups: Group[] = [];
  for (const ready of batches) {
    if (ready.length === 0) continue;
    const staging = waiting.has(ready) ? stagingTable(ready.header.chunk_id) : undefined;
    const { schema } = ready.batch;
    const group = groups.find(
      (each) => each.staging === staging && each.batches[0]!.batch.schema === schema,
    );
    if (group) group.batches.push(ready);
    else groups.push({ staging, batches: [ready] });
  }
  return groups;
}

async function copyGroup(
  client: PoolClient,
  { staging, batches }: Group,
  onSent: (() => void) | undefined,
): Promise<void> {
  const { schema } = batches[0]!.batch;
  // A staging table may be older than a column that rules derive.
  if (staging !== undefined) await addColumns(client, schema, staging);
  await copyRows(client, schema, batches, staging, onSent);
}

/** PostgreSQL's answer where no partition takes a row. */
const isWithoutPartition = (error: unknown): boolean =>
  (error as { code?: unknown }).code === '23514';

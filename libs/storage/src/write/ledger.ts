import type { BatchHeader } from '@tapeline/contracts';
import { activeTraceId } from '@tapeline/telemetry';
import type { PoolClient } from 'pg';

/** What became of a part of a batch. */
export interface LedgerEntry {
  readonly stored: number;
  readonly quarantined: number;
  readonly filtered: number;
  /** First and last index timestamp, ns; null without rows. */
  readonly first: bigint | null;
  readonly last: bigint | null;
}

/** A batch whose id is in the ledger with other contents: cut differently, or changed upstream. */
export class BatchConflictError extends Error {
  readonly code = 'batch_conflict';
  override readonly name = 'BatchConflictError';
}

/**
 * Claims a part of a batch in the transaction that writes its rows: true if it is new, false if it is
 * there already. Another transaction that claims it at the same time is waited for.
 * @throws BatchConflictError if it is there with other records.
 */
export async function claim(
  client: PoolClient,
  header: BatchHeader,
  entry: LedgerEntry,
): Promise<boolean> {
  const inserted = await client.query(
    `INSERT INTO ledger (batch_id, part, chunk_id, job_id, dataset, schema, fetched, stored,
                         quarantined, filtered, sha256, rules_version, first_ns, last_ns, trace_id)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
     ON CONFLICT (batch_id, part) DO NOTHING`,
    [
      header.batch_id,
      header.part,
      header.chunk_id,
      header.job_id,
      header.dataset,
      header.schema,
      header.fetched,
      entry.stored,
      entry.quarantined,
      entry.filtered,
      header.sha256,
      header.rules_version,
      entry.first,
      entry.last,
      activeTraceId(),
    ],
  );
  if (inserted.rowCount === 1) return true;
  const { rows } = await client.query<{ sha256: string; fetched: number }>(
    'SELECT sha256, fetched FROM ledger WHERE batch_id = $1 AND part = $2',
    [header.batch_id, header.part],
  );
  const [known] = rows;
  if (known?.sha256 === header.sha256 && known.fetched === header.fetched) return false;
  throw new BatchConflictError(
    `batch ${header.batch_id} (${header.part}) is stored with ${known?.fetched} records and SHA-256 ${known?.sha256.slice(0, 12)}…, and came again with ${header.fetched} and ${header.sha256.slice(0, 12)}…: the source has changed since`,
  );
}

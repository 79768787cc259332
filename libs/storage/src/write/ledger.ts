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

/** Rows go into their market table, or wait until their chunk can replace what is held. */
export type Destination = 'market' | 'staging';

/** A batch whose id is in the ledger with other records or other outcomes. */
export class BatchConflictError extends Error {
  readonly code = 'batch_conflict';
  override readonly name = 'BatchConflictError';
}

/**
 * Claims a part of a batch in the transaction that writes its rows: where its rows go, or undefined if it has
 * to be left out, since the part or the whole batch is accounted for already. Parts of one batch are
 * claimed one at a time, so that together they never count more records than were fetched.
 * @throws BatchConflictError if the batch is there with other records, or was begun under rules with
 *   other outcomes.
 */
export async function claim(
  client: PoolClient,
  header: BatchHeader,
  entry: LedgerEntry,
): Promise<Destination | undefined> {
  // A statement of its own: the next one sees what the transaction that held the lock has committed.
  const { rows: chunks } = await client.query<{ replaces: boolean | null }>(
    `SELECT pg_advisory_xact_lock(hashtextextended($1, 0)),
            (SELECT request ? 'replaces' FROM chunk WHERE chunk_id = $2) AS replaces`,
    [`batch ${header.batch_id}`, header.chunk_id],
  );
  const { rows: parts } = await client.query<Part>(
    `SELECT part, sha256, fetched, stored, quarantined, filtered, rules_version
       FROM ledger WHERE batch_id = $1`,
    [header.batch_id],
  );
  if (!isNew(parts, header, entry)) return undefined;
  await client.query(
    `INSERT INTO ledger (batch_id, part, chunk_id, job_id, dataset, schema, fetched, stored,
                         quarantined, filtered, sha256, rules_version, first_ns, last_ns, trace_id)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
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
  return chunks[0]?.replaces ? 'staging' : 'market';
}

type Counts = Pick<LedgerEntry, 'stored' | 'quarantined' | 'filtered'>;

interface Part extends Counts {
  readonly part: string;
  readonly sha256: string;
  readonly fetched: number;
  readonly rules_version: string;
}

const total = ({ stored, quarantined, filtered }: Counts): number =>
  stored + quarantined + filtered;

function isNew(parts: readonly Part[], header: BatchHeader, entry: LedgerEntry): boolean {
  const { batch_id: batch, part, fetched, sha256 } = header;
  const other = parts.find((known) => known.sha256 !== sha256 || known.fetched !== fetched);
  if (other) {
    throw new BatchConflictError(
      `batch ${batch} is stored with ${other.fetched} records and SHA-256 ${other.sha256.slice(0, 12)}…, and came again with ${fetched} and ${sha256.slice(0, 12)}…: the source has changed since`,
    );
  }
  const counted = parts.reduce((sum, known) => sum + total(known), 0);
  const isWhole = counted === fetched;
  const same = parts.find((known) => known.part === part);
  if (same) {
    if (isWhole || sameCounts(same, entry)) return false;
  } else if (counted + total(entry) <= fetched) {
    return true;
  } else if (isWhole) {
    return false;
  }
  throw new BatchConflictError(
    `batch ${batch} was begun under rules ${parts[0]?.rules_version}, and ${part} came with other outcomes under rules ${header.rules_version}: together they are not the ${fetched} records fetched`,
  );
}

const sameCounts = (a: Counts, b: Counts): boolean =>
  a.stored === b.stored && a.quarantined === b.quarantined && a.filtered === b.filtered;

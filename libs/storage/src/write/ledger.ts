import type { BatchHeader } from '@tapeline/contracts';
import type { PoolClient } from 'pg';
import { BatchMismatchError } from './check-batch.js';

/** What became of a part of a batch. */
export interface LedgerEntry {
  readonly stored: number;
  readonly quarantined: number;
  readonly filtered: number;
  /** Earliest and latest index timestamp, ns; null without rows. */
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

/** A part of a batch and what became of it. */
export interface PartClaim {
  readonly header: BatchHeader;
  readonly entry: LedgerEntry;
  /** Of the message that brought it. */
  readonly traceId: string | null;
}

/**
 * Claims parts of batches in the transaction that writes their rows: for each where its rows go, or undefined if
 * it has to be left out, since the part or the whole batch is accounted for already. Parts of one batch are
 * claimed one at a time, so that together they never count more records than were fetched.
 * @throws BatchConflictError if a batch is there with other records, or was begun under rules with
 *   other outcomes; BatchMismatchError if its records are not of its chunk's range.
 */
export async function claim(
  client: PoolClient,
  claims: readonly PartClaim[],
): Promise<(Destination | undefined)[]> {
  // All transactions lock in the same order. A statement of its own: the next one sees what the transactions that
  // held the locks have committed.
  const inOrder = claims.toSorted((a, b) => (a.header.batch_id < b.header.batch_id ? -1 : 1));
  const { rows: chunks } = await client.query<ChunkRow>(
    `SELECT pg_advisory_xact_lock(hashtextextended('batch ' || given.batch, 0)), given.chunk,
            request ? 'replaces' AS replaces, start_ns, end_ns
       FROM unnest($1::text[], $2::text[]) AS given (batch, chunk) LEFT JOIN chunk ON chunk_id = given.chunk`,
    [inOrder.map(({ header }) => header.batch_id), inOrder.map(({ header }) => header.chunk_id)],
  );
  const chunkOf = new Map(chunks.map((row) => [row.chunk, row]));
  const { rows: known } = await client.query<Part>(
    `SELECT batch_id, part, sha256, fetched, stored, quarantined, filtered, rules_version
       FROM ledger WHERE batch_id = ANY($1)`,
    [claims.map(({ header }) => header.batch_id)],
  );
  const fresh: PartClaim[] = [];
  const destinations = claims.map((part): Destination | undefined => {
    const { header, entry } = part;
    const parts = known.filter(({ batch_id: id }) => id === header.batch_id);
    if (!isNew(parts, header, entry)) return undefined;
    const chunk = chunkOf.get(header.chunk_id);
    if (chunk) checkRange(header, entry, chunk);
    known.push({ ...header, ...entry });
    fresh.push(part);
    return chunk?.replaces ? 'staging' : 'market';
  });
  if (fresh.length > 0) await enter(client, fresh);
  return destinations;
}

interface ChunkRow {
  readonly chunk: string;
  readonly replaces: boolean | null;
  /** ns; null for a chunk that is not known. */
  readonly start_ns: string | null;
  readonly end_ns: string | null;
}

/** The last nanosecond is a chunk's own where its claims say so. */
function checkRange(header: BatchHeader, { first, last }: LedgerEntry, chunk: ChunkRow): void {
  if (first === null || last === null || chunk.start_ns === null || chunk.end_ns === null) return;
  if (first >= BigInt(chunk.start_ns) && last <= BigInt(chunk.end_ns)) return;
  throw new BatchMismatchError(
    `batch ${header.batch_id} has records from ${first} to ${last}, its chunk is for ${chunk.start_ns} to ${chunk.end_ns}`,
  );
}

async function enter(client: PoolClient, claims: readonly PartClaim[]): Promise<void> {
  const list = <Value>(pick: (claim: PartClaim) => Value): Value[] => claims.map(pick);
  await client.query(
    `INSERT INTO ledger (batch_id, part, chunk_id, job_id, dataset, schema, fetched, stored,
                         quarantined, filtered, sha256, rules_version, first_ns, last_ns, trace_id)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::int[],
                          $9::int[], $10::int[], $11::text[], $12::text[], $13::numeric[], $14::numeric[], $15::text[])`,
    [
      list(({ header }) => header.batch_id),
      list(({ header }) => header.part),
      list(({ header }) => header.chunk_id),
      list(({ header }) => header.job_id),
      list(({ header }) => header.dataset),
      list(({ header }) => header.schema),
      list(({ header }) => header.fetched),
      list(({ entry }) => entry.stored),
      list(({ entry }) => entry.quarantined),
      list(({ entry }) => entry.filtered),
      list(({ header }) => header.sha256),
      list(({ header }) => header.rules_version),
      list(({ entry }) => entry.first),
      list(({ entry }) => entry.last),
      list(({ traceId }) => traceId),
    ],
  );
}

type Counts = Pick<LedgerEntry, 'stored' | 'quarantined' | 'filtered'>;

interface Part extends Counts {
  readonly batch_id: string;
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

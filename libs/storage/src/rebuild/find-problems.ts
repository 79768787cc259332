import type { PoolClient } from 'pg';

/** What cannot be rebuilt, or does not go together. */
export interface RebuildProblem {
  readonly kind:
    | 'events_lost'
    | 'untold_chunk'
    | 'unknown_chunk'
    | 'unproven_chunk'
    | 'quarantine'
    | 'rule_outcome';
  readonly chunkId: string | null;
  readonly message: string;
}

/** Chunks of the ledger of which nothing else tells: events or the archive are not whole. */
export async function findUnknownChunks(client: PoolClient): Promise<RebuildProblem[]> {
  const { rows } = await client.query<{ chunk_id: string; batches: string }>(
    `SELECT chunk_id, count(DISTINCT batch_id) AS batches FROM ledger
      WHERE NOT EXISTS (SELECT FROM chunk WHERE chunk.chunk_id = ledger.chunk_id)
      GROUP BY chunk_id ORDER BY chunk_id`,
  );
  return rows.map(({ chunk_id: chunkId, batches }) => ({
    kind: 'unknown_chunk',
    chunkId,
    message: `the ledger has ${batches} batches of chunk ${chunkId}, and no event tells what it is`,
  }));
}

/** Chunks told complete whose sums in the ledger say otherwise: market rows are missing, or the ledger is another's. */
export async function findUnproven(client: PoolClient): Promise<RebuildProblem[]> {
  const { rows } = await client.query<{ chunk_id: string; fetched: string; counted: string }>(
    `SELECT chunk_id, fetched, counted
       FROM chunk, LATERAL (SELECT coalesce(sum(stored + quarantined + filtered), 0) AS counted
                              FROM ledger WHERE ledger.chunk_id = chunk.chunk_id) sums
      WHERE state = 'complete' AND fetched <> counted ORDER BY chunk_id`,
  );
  return rows.map(({ chunk_id: chunkId, fetched, counted }) => ({
    kind: 'unproven_chunk',
    chunkId,
    message: `chunk ${chunkId} is told complete with ${fetched} records, and the ledger has ${counted}: fetch it again with 'tapeline ingest --refetch all'`,
  }));
}

/**
 * Compares the refused records of each batch with what the ledger counted. Those of a chunk that has been replaced
 * may have been deleted for their age.
 */
export async function findQuarantineLosses(client: PoolClient): Promise<RebuildProblem[]> {
  const { rows } = await client.query<{ chunk_id: string; missing: string; extra: string }>(
    `SELECT chunk_id, sum(greatest(counted - kept, 0)) AS missing, sum(greatest(kept - counted, 0)) AS extra
       FROM chunk RIGHT JOIN (SELECT chunk_id, batch_id, coalesce(l.counted, 0) AS counted, coalesce(q.kept, 0) AS kept
               FROM (SELECT chunk_id, batch_id, sum(quarantined) AS counted FROM ledger GROUP BY chunk_id, batch_id) l
               FULL JOIN (SELECT chunk_id, batch_id, count(*) AS kept FROM quarantine
                           WHERE state NOT IN ('replayed', 'filtered') GROUP BY chunk_id, batch_id) q
               USING (chunk_id, batch_id)) batch USING (chunk_id)
      WHERE counted < kept OR (counted > kept AND given_up IS NOT TRUE) GROUP BY chunk_id ORDER BY chunk_id`,
  );
  return rows.map(({ chunk_id: chunkId, missing, extra }) => ({
    kind: 'quarantine',
    chunkId,
    message: `the quarantine lacks ${missing} records of chunk ${chunkId} and has ${extra} that the ledger did not count (discarded ones may have been deleted for their age): 'tapeline quarantine replay --from archive --chunk ${chunkId}' judges the chunk anew`,
  }));
}

/** Compares the records that filters left out of each chunk with what the ledger counted. */
export async function findOutcomeLosses(client: PoolClient): Promise<RebuildProblem[]> {
  const { rows } = await client.query<{ chunk_id: string; counted: string; told: string }>(
    `SELECT chunk_id, counted, told
       FROM (SELECT chunk_id, sum(filtered) AS counted FROM ledger WHERE part = 'stored' GROUP BY chunk_id) l,
            LATERAL (SELECT coalesce(sum(records), 0) AS told FROM rule_outcome o
                      WHERE o.chunk_id = l.chunk_id AND severity = 'filtered') o
      WHERE counted <> told ORDER BY chunk_id`,
  );
  return rows.map(({ chunk_id: chunkId, counted, told }) => ({
    kind: 'rule_outcome',
    chunkId,
    message: `filters left ${counted} records of chunk ${chunkId} out, and the outcomes of rules tell of ${told}: 'tapeline quarantine replay --from archive --chunk ${chunkId}' judges the chunk anew`,
  }));
}

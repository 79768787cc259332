import type { PoolClient } from 'pg';
import { giveUpClaims } from '../write/replace-held.js';
import type { RebuildProblem } from './find-problems.js';

/**
 * Takes in chunks that the archive and the ledger know and no event tells of, so that what was bought counts as
 * held though events are lost. Left out are those that may hold less than they claim: limited ones and files.
 * @returns a problem for each: what events alone tell of them is lost.
 */
export async function adoptArchived(client: PoolClient): Promise<RebuildProblem[]> {
  const { rows } = await client.query<{ chunk_id: string; replaces: boolean }>(
    `WITH adopted AS (
       INSERT INTO chunk (chunk_id, dataset, schema, request, start_ns, end_ns, state, expected, fetched, batches,
                          planned_at, fetched_at, completed_at)
       SELECT chunk_id, request ->> 'dataset', request ->> 'schema', request, (request ->> 'start')::bigint,
              (request ->> 'end')::bigint, CASE WHEN is_whole THEN 'complete' ELSE 'failed' END, records, fetched,
              batches, archived_at, archived_at, CASE WHEN is_whole THEN written_at END
         FROM (SELECT a.*, l.*, counted = fetched AND (fetched = records OR request -> 'exclude' <> '[]') AS is_whole
                 FROM archived_chunk a
                 JOIN (SELECT chunk_id AS ledger_chunk, sum(fetched) AS fetched, sum(counted) AS counted,
                              count(*) AS batches, max(written_at) AS written_at
                         FROM (SELECT chunk_id, max(fetched) AS fetched, max(written_at) AS written_at,
                                      sum(stored + quarantined + filtered) AS counted
                                 FROM ledger GROUP BY chunk_id, batch_id) batch
                        GROUP BY chunk_id) l ON ledger_chunk = chunk_id
                WHERE request ->> 'source' = 'api' AND NOT request ? 'limit') known
       ON CONFLICT DO NOTHING
       RETURNING chunk_id, request ? 'replaces' AS replaces, planned_at)
     SELECT chunk_id, replaces FROM adopted ORDER BY planned_at, chunk_id`,
  );
  const adopted = rows.map((row) => row.chunk_id);
  await claimArchived(client, adopted);
  await nameJobs(client, adopted);
  for (const row of rows) if (row.replaces) await giveUpClaims(client, row.chunk_id);
  return adopted.map((chunkId) => ({
    kind: 'untold_chunk',
    chunkId,
    message: `chunk ${chunkId} is in the archive and in the ledger, and no event tells of it: its job's command, price and spending are lost`,
  }));
}

/** Enters what chunks claim as far as the archive tells. */
export async function claimArchived(
  client: PoolClient,
  chunkIds: readonly string[],
): Promise<void> {
  await client.query(
    `INSERT INTO coverage (dataset, schema, chunk_id, instrument_id, start_ns, end_ns)
     SELECT request ->> 'dataset', request ->> 'schema', chunk_id, (claim ->> 0)::bigint, (claim ->> 1)::bigint,
            (claim ->> 2)::bigint
       FROM archived_chunk, jsonb_array_elements(claims) AS claim WHERE chunk_id = ANY($1)
     ON CONFLICT DO NOTHING`,
    [chunkIds],
  );
}

/** The ledger names the jobs that brought the batches. */
async function nameJobs(client: PoolClient, chunkIds: readonly string[]): Promise<void> {
  await client.query(
    `INSERT INTO job (job_id, dataset, schema, state, message, ended_at)
     SELECT job_id, min(dataset), min(schema), 'completed', 'known from the ledger alone', max(written_at)
       FROM ledger WHERE chunk_id = ANY($1) AND part NOT LIKE 'replay.%' GROUP BY job_id
     ON CONFLICT DO NOTHING`,
    [chunkIds],
  );
  await client.query(
    `INSERT INTO job_chunk (job_id, chunk_id, shared)
     SELECT DISTINCT job_id, chunk_id, false FROM ledger
      WHERE chunk_id = ANY($1) AND part NOT LIKE 'replay.%'
     ON CONFLICT DO NOTHING`,
    [chunkIds],
  );
}

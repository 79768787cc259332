import type { PoolClient } from 'pg';

/**
 * Completes chunks of completed jobs whose sums hold and whose completion no event tells: a job is told complete
 * only if all its chunks are.
 */
export async function settleUntold(client: PoolClient): Promise<void> {
  await client.query(
    `WITH settled AS (
       UPDATE chunk SET state = 'complete', completed_at = greatest(fetched_at, sums.written_at)
         FROM (SELECT k.chunk_id, max(l.written_at) AS written_at,
                      coalesce(sum(l.stored + l.quarantined + l.filtered), 0) AS counted
                 FROM chunk k LEFT JOIN ledger l USING (chunk_id)
                WHERE k.state IN ('fetched', 'held_back') GROUP BY k.chunk_id) sums
        WHERE chunk.chunk_id = sums.chunk_id AND chunk.fetched = counted
          AND EXISTS (SELECT FROM job_chunk JOIN job USING (job_id)
                       WHERE job_chunk.chunk_id = chunk.chunk_id AND job.state = 'completed')
       RETURNING chunk.chunk_id)
     INSERT INTO estimated (chunk_id, "column")
     SELECT chunk_id, "column" FROM settled, unnest(ARRAY['completed_at', 'replaced']) AS "column"
     ON CONFLICT DO NOTHING`,
  );
}

/** Where a time or a count is known nearly, the present one is taken if there is one. */
export async function keepEstimated(client: PoolClient, present: string): Promise<void> {
  for (const column of ['planned_at', 'completed_at', 'replaced']) {
    await client.query(
      `UPDATE chunk SET ${column} = coalesce(p.${column}, chunk.${column})
         FROM ${present}.chunk p JOIN estimated e ON e.chunk_id = p.chunk_id AND e."column" = $1
        WHERE chunk.chunk_id = p.chunk_id`,
      [column],
    );
  }
}

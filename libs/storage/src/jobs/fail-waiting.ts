import type { Reason } from '@tapeline/contracts';
import type { PoolClient } from 'pg';

/** Fails the jobs that wait for chunks which a job leaves: nobody is at work on them any more. */
export async function failWaiting(
  client: PoolClient,
  left: {
    readonly jobId: string;
    readonly reason: Reason;
    readonly message: string;
    readonly at: string;
  },
  chunks: readonly { readonly chunk_id: string }[],
): Promise<void> {
  await client.query(
    `UPDATE job SET state = 'failed', reason = $2, ended_at = $4,
            message = 'it waited for records that job ' || $1 || ' was to fetch: ' || $3
      WHERE state IN ('accepted', 'running', 'cancelling') AND job_id <> $1
        AND job_id IN (SELECT job_id FROM job_chunk WHERE chunk_id = ANY($5))`,
    [left.jobId, left.reason, left.message, left.at, chunks.map((chunk) => chunk.chunk_id)],
  );
}

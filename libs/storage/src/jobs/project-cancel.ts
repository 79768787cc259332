import type { JobEventOf } from '@tapeline/contracts';
import type { PoolClient } from 'pg';
import { failWaiting } from './fail-waiting.js';
import { storableText } from './storable.js';

/** Folds what a person's cancellation of a job comes to into its row, and gives free what it leaves. */
export async function projectCancel(
  client: PoolClient,
  event: JobEventOf<'cancel_requested' | 'cancelled'>,
): Promise<void> {
  const { job_id: jobId, at } = event;
  const message = storableText(event.message);
  if (event.event === 'cancel_requested') {
    // A job that came to wait for approval meanwhile is run by nobody, so it ends at once.
    await client.query(
      `INSERT INTO job (job_id, state, reason, message) VALUES ($1, 'cancelling', 'cancelled', $2)
       ON CONFLICT (job_id) DO UPDATE
         SET state = CASE WHEN job.state = 'awaiting_approval' THEN 'cancelled' ELSE 'cancelling' END,
             ended_at = CASE WHEN job.state = 'awaiting_approval' THEN $3::timestamptz END,
             reason = 'cancelled', message = $2
       WHERE job.state IN ('accepted', 'running', 'awaiting_approval')
         AND (job.accepted_at IS NULL OR job.accepted_at <= $3)`,
      [jobId, message, at],
    );
    return;
  }
  await client.query(
    `INSERT INTO job (job_id, state, reason, message, ended_at) VALUES ($1, 'cancelled', 'cancelled', $2, $3)
     ON CONFLICT (job_id) DO UPDATE
       SET state = 'cancelled', reason = 'cancelled', message = $2, ended_at = $3
     WHERE job.state NOT IN ('completed', 'failed', 'rejected', 'refused')
       AND (job.accepted_at IS NULL OR job.accepted_at <= $3)`,
    [jobId, message, at],
  );
  const { rows: freed } = await client.query<{ chunk_id: string }>(
    `UPDATE chunk SET state = 'failed'
      WHERE chunk_id = ANY($1) AND state = 'planned' AND planned_at <= $2 RETURNING chunk_id`,
    [event.chunks, at],
  );
  await failWaiting(client, { jobId, reason: 'cancelled', message, at }, freed);
}

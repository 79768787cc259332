import type { JobEventOf } from '@tapeline/contracts';
import type { PoolClient } from 'pg';
import { storableText } from './storable.js';

type ApprovalEvent = JobEventOf<'quoted' | 'awaiting_approval' | 'approved' | 'refused'>;

/** Folds what was quoted for a job, and what was decided of it, into its row. */
export async function projectApproval(client: PoolClient, event: ApprovalEvent): Promise<void> {
  const { job_id: jobId, at } = event;
  await client.query(
    `INSERT INTO job (job_id, state, accepted_at) VALUES ($1, 'accepted', $2) ON CONFLICT DO NOTHING`,
    [jobId, at],
  );
  switch (event.event) {
    case 'quoted': {
      const { quote, requests, archived, some_held: someHeld } = event;
      await client.query('UPDATE job SET quote = $2 WHERE job_id = $1', [
        jobId,
        JSON.stringify({ ...quote, requests, archived, some_held: someHeld }),
      ]);
      return;
    }
    case 'awaiting_approval':
      await client.query(
        `UPDATE job SET state = 'awaiting_approval', reason = $2, message = $3
          WHERE job_id = $1 AND state IN ('accepted', 'running')
            AND ($2 = 'too_many_refused' OR approved_usd IS NULL OR approved_usd < (quote ->> 'usd')::numeric)`,
        [jobId, event.reason, storableText(event.message)],
      );
      // Whoever ran it has left it to a person, and that person wants it to end.
      await client.query(
        `UPDATE job SET state = 'cancelled', ended_at = $2 WHERE job_id = $1 AND state = 'cancelling'`,
        [jobId, at],
      );
      return;
    case 'approved':
      await client.query(
        `UPDATE job SET approved_usd = $2, reason = NULL, message = NULL,
                state = CASE WHEN state = 'awaiting_approval' THEN 'accepted' ELSE state END
          WHERE job_id = $1`,
        [jobId, event.usd],
      );
      return;
    case 'refused':
      await client.query(
        `UPDATE job SET state = 'refused', reason = 'refused', message = $2, ended_at = $3
          WHERE job_id = $1 AND state IN ('accepted', 'awaiting_approval')`,
        [jobId, storableText(event.message), at],
      );
  }
}

import type { PoolClient } from 'pg';
import type { Storage } from '../storage.js';

/** Ends a replay without what it was to do. The first end stands. */
export async function endReplay(
  storage: Storage,
  replayId: string,
  state: 'completed' | 'failed',
  message: string,
): Promise<void> {
  await storage.pool.query(
    `UPDATE replay SET state = $2, message = $3, ended_at = now()
      WHERE replay_id = $1 AND state = 'running'`,
    [replayId, state, message],
  );
}

/** What became of records of a batch that came again. */
export interface ReplayCounts {
  readonly stored: number;
  readonly quarantined: number;
  readonly filtered: number;
}

/** Adds to what is known of a replay; it has ended when all that was selected is accounted for. */
export async function countReplayed(
  client: PoolClient,
  replayId: string,
  counts: ReplayCounts,
  details: unknown,
): Promise<void> {
  await client.query(
    `UPDATE replay SET stored = stored + $2, quarantined = quarantined + $3, filtered = filtered + $4,
            details = $5,
            state = CASE WHEN state = 'running' AND selected <= stored + quarantined + filtered + $2 + $3 + $4
                         THEN 'completed' ELSE state END,
            ended_at = CASE WHEN selected <= stored + quarantined + filtered + $2 + $3 + $4
                            THEN now() ELSE ended_at END
      WHERE replay_id = $1`,
    [replayId, counts.stored, counts.quarantined, counts.filtered, JSON.stringify(details)],
  );
}

/**
 * Takes records that others have replaced meanwhile from replays under way, which would wait for them for ever.
 * @param replayIds one for each record.
 */
export async function lessenReplays(
  client: PoolClient,
  replayIds: readonly string[],
): Promise<void> {
  if (replayIds.length === 0) return;
  await client.query(
    `UPDATE replay r
        SET selected = selected - gone.records, message = 'records that it was to try were replaced meanwhile',
            state = CASE WHEN selected - gone.records <= stored + quarantined + filtered THEN 'completed' ELSE state END,
            ended_at = CASE WHEN selected - gone.records <= stored + quarantined + filtered THEN now() ELSE ended_at END
       FROM (SELECT id, count(*) AS records FROM unnest($1::text[]) AS given (id) GROUP BY id) AS gone
      WHERE r.replay_id = gone.id AND r.state = 'running'`,
    [replayIds],
  );
}

import type { Storage } from '../storage.js';

/** Rows that one statement deletes. */
const PORTION = 10_000;

/**
 * Deletes refused records that were resolved so many days ago; an open one is never deleted. Sums go by the ledger
 * and stay as they are.
 * @returns how many.
 */
export async function purgeQuarantine(
  storage: Pick<Storage, 'pool'>,
  days: number,
): Promise<number> {
  let purged = 0;
  for (let last = '0'; ;) {
    // From where the portion before ended, so that no statement reads again what others deleted.
    const { rows } = await storage.pool.query<{ count: string; last: string }>(
      `WITH gone AS (
         DELETE FROM quarantine WHERE id IN (
           SELECT q.id FROM quarantine q
            WHERE q.id > $2 AND q.state <> 'open' AND q.resolved_at < now() - make_interval(days => $1)
              AND NOT EXISTS (SELECT FROM replay r WHERE r.replay_id = q.replay_id AND r.state = 'running')
            ORDER BY q.id LIMIT ${PORTION})
         RETURNING id)
       SELECT count(*) AS count, max(id) AS last FROM gone`,
      [days, last],
    );
    const portion = Number(rows[0]!.count);
    purged += portion;
    if (portion < PORTION) return purged;
    last = rows[0]!.last;
  }
}

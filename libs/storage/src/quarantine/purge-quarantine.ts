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
  for (;;) {
    const { rowCount } = await storage.pool.query(
      `DELETE FROM quarantine WHERE id IN (
         SELECT q.id FROM quarantine q
          WHERE q.state <> 'open' AND q.resolved_at < now() - make_interval(days => $1)
            AND NOT EXISTS (SELECT FROM replay r WHERE r.replay_id = q.replay_id AND r.state = 'running')
          LIMIT ${PORTION})`,
      [days],
    );
    purged += rowCount ?? 0;
    if ((rowCount ?? 0) < PORTION) return purged;
  }
}

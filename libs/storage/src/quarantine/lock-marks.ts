import type { PoolClient } from 'pg';

/**
 * Lets one transaction at a time decide to which replay refused records belong, until it ends. Without it, one that
 * waited for another's rows would judge them by replays as they were before it waited.
 */
export async function lockMarks(client: PoolClient): Promise<void> {
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended('quarantine marks', 0))");
}

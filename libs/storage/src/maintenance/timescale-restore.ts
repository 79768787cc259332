import type { ClientBase, Pool } from 'pg';

/** The version of TimescaleDB in this database, or null without it. */
export async function timescaleVersion(client: ClientBase | Pool): Promise<string | null> {
  const { rows } = await client.query<{ version: string }>(
    "SELECT extversion AS version FROM pg_extension WHERE extname = 'timescaledb'",
  );
  return rows[0]?.version ?? null;
}

/** Tells TimescaleDB that a dump is being restored: its background jobs stop and its own tables are open. */
export async function beforeTimescaleRestore(client: ClientBase, version: string): Promise<void> {
  // The catalogue of a dump fits the version that made it only.
  await client.query(`CREATE EXTENSION timescaledb VERSION '${version.replaceAll("'", "''")}'`);
  await client.query('SELECT timescaledb_pre_restore()');
}

/** Ends what {@link beforeTimescaleRestore} began. */
export async function afterTimescaleRestore(client: ClientBase): Promise<void> {
  await client.query('SELECT timescaledb_post_restore()');
}

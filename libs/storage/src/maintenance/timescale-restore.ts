import { escapeLiteral } from 'pg';
import type { ClientBase, Pool } from 'pg';

/** The version of TimescaleDB in this database, or null without it. */
export async function timescaleVersion(client: ClientBase | Pool): Promise<string | null> {
  const { rows } = await client.query<{ version: string }>(
    "SELECT extversion AS version FROM pg_extension WHERE extname = 'timescaledb'",
  );
  return rows[0]?.version ?? null;
}

/**
 * Tells TimescaleDB that a dump is being restored: its background jobs stop and its own tables are open.
 * @throws Error if the database has another version: the catalogue of a dump fits the version that made it only.
 */
export async function beforeTimescaleRestore(client: ClientBase, version: string): Promise<void> {
  await client.query(
    `CREATE EXTENSION IF NOT EXISTS timescaledb VERSION ${escapeLiteral(version)}`,
  );
  const found = await timescaleVersion(client);
  if (found !== version) {
    throw new Error(
      `the dump is of TimescaleDB ${version}, and this database has ${found}: drop the extension (or create the database from template0) where ${version} is installed, restore, and run ALTER EXTENSION timescaledb UPDATE then; or make the backup with --method copy`,
    );
  }
  await client.query('SELECT timescaledb_pre_restore()');
}

/** Ends what {@link beforeTimescaleRestore} began. */
export async function afterTimescaleRestore(client: ClientBase): Promise<void> {
  await client.query('SELECT timescaledb_post_restore()');
}

import type { Migration } from '@mikro-orm/migrations';

/** Whether the server of the migration has TimescaleDB. */
export async function hasTimescale(migration: Migration): Promise<boolean> {
  const rows = (await migration.execute(
    "SELECT 1 FROM pg_available_extensions WHERE name = 'timescaledb'",
  )) as unknown[];
  return rows.length > 0;
}

import type { ClientBase, Pool } from 'pg';
import { timescaleVersion } from './timescale-restore.js';

/** What a database is, apart from its rows. */
export interface DatabaseFacts {
  readonly name: string;
  /** `18.4`. */
  readonly serverVersion: string;
  readonly serverMajor: number;
  /** Of the extension in this database, or null. */
  readonly timescaledb: string | null;
  /** Migrations that were applied, the oldest first: the schema's version. */
  readonly migrations: readonly string[];
  /** Tables of any user, extensions' left out. 0 is an empty database. */
  readonly tables: number;
  readonly bytes: number;
}

/** @throws the database's errors. */
export async function databaseFacts(client: ClientBase | Pool): Promise<DatabaseFacts> {
  const { rows } = await client.query<{
    name: string;
    version: string;
    number: number;
    bytes: string;
    tables: number;
    migrated: boolean;
  }>(
    `SELECT current_database() AS name, current_setting('server_version') AS version,
            current_setting('server_version_num')::int AS number,
            pg_database_size(current_database())::text AS bytes,
            to_regclass('public.mikro_orm_migrations') IS NOT NULL AS migrated,
            (SELECT count(*)::int FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_%'
                AND n.nspname <> 'information_schema'
                AND NOT EXISTS (SELECT FROM pg_depend d
                                 WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                                   AND d.deptype = 'e')) AS tables`,
  );
  const { name, version, number, bytes, tables, migrated } = rows[0]!;
  return {
    name,
    serverVersion: version.split(' ')[0]!,
    serverMajor: Math.floor(number / 10_000),
    timescaledb: await timescaleVersion(client),
    migrations: migrated ? await readMigrations(client) : [],
    tables,
    bytes: Number(bytes),
  };
}

async function readMigrations(client: ClientBase | Pool): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT name FROM mikro_orm_migrations ORDER BY id',
  );
  return rows.map(({ name }) => name);
}

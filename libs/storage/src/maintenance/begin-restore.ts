import { Client } from 'pg';
import { MIGRATIONS, openOrm } from '../schema/migrate.js';
import { MigrationsUnknownError } from './migrations-unknown-error.js';

/** A restore under way. Services that start meanwhile wait with their migrations until it ends. */
export interface Restore extends AsyncDisposable {
  readonly client: Client;
  /** Applies migrations up to the last of those named, or all that this version has. */
  migrate(names?: readonly string[]): Promise<string[]>;
}

/** Takes the lock under which databases are migrated. @throws the database's errors. */
export async function beginRestore(url: string): Promise<Restore> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: 'tapeline restore',
    keepAlive: true,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock(hashtextextended('tapeline migrations', 0))");
  } catch (error) {
    await client.end();
    throw error;
  }
  return {
    client,
    migrate: (names) => migrateTo(url, names),
    [Symbol.asyncDispose]: () => client.end(),
  };
}

async function migrateTo(url: string, names: readonly string[] | undefined): Promise<string[]> {
  const last = names?.at(-1);
  const orm = openOrm(url);
  try {
    const applied = await orm.migrator.up(last === undefined ? undefined : { to: last });
    return applied.map(({ name }) => name);
  } finally {
    await orm.close(true);
  }
}

/** @throws MigrationsUnknownError if this version has not all of these migrations. */
export function requireKnownMigrations(names: readonly string[]): void {
  const known = new Set(MIGRATIONS.map(({ name }) => name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new MigrationsUnknownError(unknown);
}

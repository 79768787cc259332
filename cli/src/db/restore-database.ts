import {
  addMissing,
  advanceSequences,
  afterTimescaleRestore,
  beforeTimescaleRestore,
  beginRestore,
  contentChecksum,
  databaseFacts,
  ensureDays,
  fillTable,
  MigrationsUnknownError,
  refreshDerived,
  requireKnownMigrations,
  Storage,
  tableKey,
} from '@tapeline/storage';
import type { DatabaseFacts, HeldDays, Restore } from '@tapeline/storage';
import { CliError } from '../cli-error.js';
import { DUMP } from './back-up-database.js';
import { readBackupFile } from './backup-file.js';
import type { BackupManifest, BackupTable } from './backup-manifest.js';
import { connectionEnvironment, findProgram } from './choose-program.js';
import { reachDatabase } from './reach-database.js';
import { feed } from './run-program.js';

/** A table whose rows are others than those of the backup. */
export interface TableDifference {
  readonly table: string;
  readonly expected: { readonly rows: string; readonly checksum: string };
  readonly found: { readonly rows: string; readonly checksum: string };
}

export interface DatabaseRestored {
  readonly rows: bigint;
  readonly differences: readonly TableDifference[];
  /** Migrations applied after the rows were compared. */
  readonly migrated: readonly string[];
}

interface RestoreOrder {
  readonly url: string;
  readonly folder: string;
  readonly manifest: BackupManifest;
  readonly report: (line: string) => void;
}

/**
 * Fills an empty database, compares every table with the backup while the schema is still that of the backup, and
 * then migrates it. @throws CliError if the database is not empty or cannot take the backup.
 */
export async function restoreDatabase(order: RestoreOrder): Promise<DatabaseRestored> {
  const { database } = order.manifest;
  refuseNewer(database.migrations);
  await using restore = await reachDatabase(order.url, beginRestore(order.url));
  const facts = await databaseFacts(restore.client);
  requireEmpty(facts);
  if (database.method === 'pg_dump') await loadDump(order, restore, facts);
  else await copyIn(order, restore);
  await restore.client.query('ANALYZE');
  const differences: TableDifference[] = [];
  let rows = 0n;
  for (const table of database.tables) {
    order.report(`comparing ${tableKey(table)} …`);
    const { rows: expectedRows, checksum } = table;
    const found = await contentChecksum(restore.client, table);
    rows += found.rows;
    if (String(found.rows) === expectedRows && found.checksum === checksum) continue;
    differences.push({
      table: tableKey(table),
      expected: { rows: expectedRows, checksum },
      found: { rows: String(found.rows), checksum: found.checksum },
    });
  }
  const migrated = differences.length === 0 ? await restore.migrate() : [];
  return { rows, differences, migrated };
}

function requireEmpty({ name, tables }: DatabaseFacts): void {
  if (tables === 0) return;
  throw new CliError(
    `the database ${name} is not empty (${tables} tables and views): a backup goes into an empty one. Create one (createdb NAME, or CREATE DATABASE) and name it with --into, or give --folder a new folder`,
  );
}

const HALF_FILLED = 'The database is filled in part: drop it, create it anew and try again';

async function loadDump(
  { url, folder, manifest, report }: RestoreOrder,
  { client }: Restore,
  facts: DatabaseFacts,
): Promise<void> {
  const { server_major: major, timescaledb, tool } = manifest.database;
  if (facts.serverMajor < major) {
    throw new CliError(
      `the backup is pg_dump's of PostgreSQL ${major}, and this server is ${facts.serverVersion}: restore it into ${major} or newer, or make one with --method copy`,
    );
  }
  const wanted = Math.max(facts.serverMajor, Number.parseInt(tool ?? '', 10));
  const choice = await findProgram('pg_restore', wanted);
  if (!('program' in choice)) throw new CliError(choice.remedy);
  report(`pg_restore ${choice.program.version} …`);
  if (timescaledb !== null) {
    await reachDatabase(url, beforeTimescaleRestore(client, timescaledb));
  }
  const args = ['--exit-on-error', '--no-owner', '--no-privileges'];
  await feed(
    {
      path: choice.program.path,
      args: [...args, `--dbname=${facts.name}`],
      env: connectionEnvironment(url),
    },
    readBackupFile(folder, DUMP),
  ).catch((cause: unknown) => {
    throw new CliError(`${(cause as Error).message}\n${HALF_FILLED}`, { cause });
  });
  if (timescaledb !== null) await afterTimescaleRestore(client);
}

async function copyIn(
  { url, folder, manifest, report }: RestoreOrder,
  restore: Restore,
): Promise<void> {
  const { tables, migrations } = manifest.database;
  await restore.migrate(migrations);
  await addMissing(restore.client, tables);
  const storage = Storage.open({ url, connections: 1 });
  try {
    const days = tables.flatMap(({ name, days }): [string, HeldDays[]][] =>
      days ? [[name, days]] : [],
    );
    await ensureDays(storage, new Map(days));
  } finally {
    await storage.close();
  }
  for (const table of tables) {
    report(`${tableKey(table)} …`);
    await copyTableIn(folder, restore, table);
  }
  await advanceSequences(restore.client, tables);
  await refreshDerived(restore.client);
}

async function copyTableIn(folder: string, { client }: Restore, table: BackupTable): Promise<void> {
  if (table.file === undefined) throw new CliError(`the backup has no rows of ${tableKey(table)}`);
  await client.query('BEGIN');
  try {
    await fillTable(client, table, readBackupFile(folder, table.file));
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new CliError(
      `${tableKey(table)} cannot be restored: ${(error as Error).message}\n${HALF_FILLED}`,
      { cause: error },
    );
  }
}

/** A backup of an older schema is restored as that and migrated; a newer one nobody here understands. */
function refuseNewer(migrations: readonly string[]): void {
  try {
    requireKnownMigrations(migrations);
  } catch (error) {
    if (error instanceof MigrationsUnknownError)
      throw new CliError(error.message, { cause: error });
    throw error;
  }
}

import {
  contentChecksum,
  databaseFacts,
  heldDays,
  heldTables,
  readTable,
  unfinishedJobs,
} from '@tapeline/storage';
import { openSnapshot, tableKey } from '@tapeline/storage';
import type { HeldTable, Snapshot } from '@tapeline/storage';
import { CliError } from '../cli-error.js';
import { writeBackupFile } from './backup-file.js';
import type { BackupFile, BackupManifest, BackupTable } from './backup-manifest.js';
import { connectionEnvironment, findProgram } from './choose-program.js';
import type { Method } from './choose-program.js';
import { reachDatabase } from './reach-database.js';
import { outputOf } from './run-program.js';

/** The file of pg_dump's custom format, which it compresses itself. */
export const DUMP = 'database.dump';

export interface DatabaseBackup {
  readonly database: BackupManifest['database'];
  readonly unfinishedJobs: readonly string[];
  readonly files: readonly BackupFile[];
}

interface BackupOrder {
  readonly url: string;
  /** pg_dump where one fits the server, else COPY, unless it is said. */
  readonly method: Method | undefined;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
}

/** One snapshot of all tables, with their sums and checksums as of that snapshot. @throws CliError */
export async function backUpDatabase(order: BackupOrder): Promise<DatabaseBackup> {
  await using snapshot = await reachDatabase(order.url, openSnapshot(order.url));
  const { client } = snapshot;
  const facts = await databaseFacts(client);
  if (facts.migrations.length === 0) {
    throw new CliError(
      `the database ${facts.name} is none of tapeline's: no migration was ever applied. Check DATABASE_URL`,
    );
  }
  const choice = await findProgram('pg_dump', facts.serverMajor);
  const isPossible = 'program' in choice;
  if (order.method === 'pg_dump' && !isPossible) throw new CliError(choice.remedy);
  const program = order.method !== 'copy' && isPossible ? choice.program : undefined;
  const files: BackupFile[] = [];
  if (program) {
    order.report(`pg_dump ${program.version} …`);
    files.push(await dump(order, snapshot, program.path));
  }
  const tables: BackupTable[] = [];
  const days = await heldDays(client);
  for (const table of await heldTables(client)) {
    order.signal.throwIfAborted();
    order.report(`${tableKey(table)} …`);
    const file = program ? undefined : await copyOut(order, snapshot, table);
    if (file) files.push(file);
    const { rows, checksum } = await contentChecksum(client, table);
    const spans = table.schema === 'public' ? days.get(table.name) : undefined;
    tables.push({
      ...table,
      columns: [...table.columns],
      rows: String(rows),
      checksum,
      ...(file && { file: file.name }),
      ...(spans && { days: spans }),
    });
  }
  return {
    database: {
      method: program ? 'pg_dump' : 'copy',
      tool: program?.version ?? null,
      server: facts.serverVersion,
      server_major: facts.serverMajor,
      timescaledb: facts.timescaledb,
      migrations: [...facts.migrations],
      tables,
    },
    unfinishedJobs: await unfinishedJobs(client),
    files,
  };
}

const dump = (order: BackupOrder, snapshot: Snapshot, path: string): Promise<BackupFile> =>
  writeBackupFile(
    order.folder,
    DUMP,
    outputOf({
      path,
      // Owners and rights are of the server: docs/backup.md says how they come back.
      args: ['--format=custom', '--no-owner', '--no-privileges', `--snapshot=${snapshot.id}`],
      env: connectionEnvironment(order.url),
    }),
    order.signal,
  );

const copyOut = (order: BackupOrder, { client }: Snapshot, table: HeldTable): Promise<BackupFile> =>
  writeBackupFile(
    order.folder,
    `tables/${encodeURIComponent(tableKey(table))}.copy.zst`,
    readTable(client, table),
    order.signal,
  );

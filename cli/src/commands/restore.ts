import { resolve } from 'node:path';
import { CliError } from '../cli-error.js';
import { verifyBackupFiles } from '../db/backup-file.js';
import { readManifest } from '../db/backup-manifest.js';
import type { BackupManifest } from '../db/backup-manifest.js';
import { fillTarget } from '../db/fill-target.js';
import type { Restored } from '../db/fill-target.js';
import { openTarget } from '../db/open-servers.js';
import type { Servers } from '../db/open-servers.js';
import { formatBytes, formatCount, showProgress } from '../dbn/show-progress.js';

export interface RestoreOptions {
  readonly into?: string;
  readonly nats?: string;
  readonly folder?: string;
  /** False with `--no-events`. */
  readonly events?: boolean;
  /** Only compare the files with their hashes. */
  readonly verify?: boolean;
  readonly json?: boolean;
}

/** `tapeline restore`: into an empty database and an empty bus; compares what came with what was saved. */
export async function restore(source: string, options: RestoreOptions): Promise<void> {
  const folder = resolve(source);
  const started = performance.now();
  const manifest = readManifest(folder);
  let now = 'reading the backup';
  const endProgress = showProgress(() => now);
  const report = (line: string): void => void (now = line);
  try {
    await refuseDamaged(folder, manifest, report);
    if (options.verify) {
      endProgress();
      tellVerified(folder, manifest, options);
      return;
    }
    await using servers = await targetServers(options, manifest);
    const outcome = await fillTarget({ folder, manifest, servers, report });
    endProgress();
    tell(outcome, manifest, options, (performance.now() - started) / 1000);
  } finally {
    endProgress();
  }
}

async function refuseDamaged(
  folder: string,
  { files }: BackupManifest,
  report: (line: string) => void,
): Promise<void> {
  const faults = await verifyBackupFiles(folder, files, (bytes) =>
    report(`reading the backup: ${formatBytes(bytes)}`),
  );
  if (faults.length === 0) return;
  const list = faults.map(({ name, problem }) => `${name} ${problem}`).join('\n');
  throw new CliError(
    `the backup is damaged, and nothing was restored:\n${list}\nTake another copy of it, or an older backup`,
  );
}

async function targetServers(
  { into, nats, folder, events = true }: RestoreOptions,
  { events: saved }: BackupManifest,
): Promise<Servers> {
  const wanted = events && saved !== null;
  if (into === undefined) return openTarget({ folder, events: wanted });
  const address = nats ?? process.env['NATS_URL'];
  if (wanted && (address === undefined || address === '')) {
    throw new CliError(
      'the backup has events: name the bus for them with --nats or NATS_URL, or leave them out with --no-events',
    );
  }
  return {
    postgres: into,
    nats: wanted ? address : undefined,
    folder: undefined,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function tellVerified(
  folder: string,
  { files, database }: BackupManifest,
  { json }: RestoreOptions,
): void {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const { method, server, migrations } = database;
  console.log(
    json
      ? JSON.stringify({ folder, ok: true, files: files.length, bytes, method, server })
      : `${folder}: ${formatCount(files.length)} files, ${formatBytes(bytes)}, all as they were written; ` +
          `by ${method} from PostgreSQL ${server}, schema ${migrations.at(-1)}`,
  );
}

function tell(
  { database, events, archive }: Restored,
  { database: saved, events: savedEvents }: BackupManifest,
  { json }: RestoreOptions,
  seconds: number,
): void {
  const { differences, migrated, rows } = database;
  const lost = events !== null && savedEvents !== null && events !== savedEvents.messages;
  const ok = differences.length === 0 && !lost;
  if (!ok) process.exitCode = 1;
  if (json) {
    const tables = saved.tables.length;
    console.log(
      JSON.stringify({
        ok,
        tables,
        rows: Number(rows),
        differences,
        migrated,
        events,
        archive,
        seconds: Number(seconds.toFixed(3)),
      }),
    );
    return;
  }
  for (const { table, expected, found } of differences) {
    console.log(
      `${table} differs: ${expected.rows} rows with checksum ${expected.checksum} were saved, ${found.rows} with ${found.checksum} are there`,
    );
  }
  if (lost) console.log(`the bus has ${events} of ${savedEvents.messages} events`);
  console.log(
    ok
      ? `${formatCount(Number(rows))} rows of ${saved.tables.length} tables, counts and checksums as they were saved; ` +
          `${events === null ? 'no events' : `${formatCount(events)} events`}; ${seconds.toFixed(1)} s`
      : 'NOT as it was saved: drop the database, and look for the reason in the lines above',
  );
  if (migrated.length > 0) console.log(`then migrated: ${migrated.join(', ')}`);
  if (archive !== null) console.log(`archive: ${archive}`);
}

import { existsSync, readdirSync } from 'node:fs';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CliError } from '../cli-error.js';
import { MANIFEST } from '../db/backup-manifest.js';
import type { BackupManifest } from '../db/backup-manifest.js';
import { collectBackup } from '../db/collect-backup.js';
import type { CollectOptions } from '../db/collect-backup.js';
import { openSource } from '../db/open-servers.js';
import { Interruption } from '../dbn/interruption.js';
import { formatBytes, formatCount, showProgress } from '../dbn/show-progress.js';

export interface BackupOptions extends CollectOptions {
  readonly folder?: string;
  /** False with `--no-events`. */
  readonly events?: boolean;
  readonly json?: boolean;
}

/** `tapeline backup`: one folder, which is whole or not there. */
export async function backup(target: string, options: BackupOptions): Promise<void> {
  const folder = resolve(target);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new CliError(`${folder} is there and not empty: name a new folder`);
  }
  const started = performance.now();
  const work = `${folder}.${process.pid}.part`;
  let now = 'starting';
  const endProgress = showProgress(() => now);
  using interruption = new Interruption(() => undefined);
  try {
    await mkdir(work, { recursive: true });
    await using servers = await openSource({
      folder: options.folder,
      events: options.events ?? true,
    });
    const report = (line: string): void => void (now = line);
    const manifest = await collectBackup({ work, servers, options, report }, interruption.signal);
    await writeFile(join(work, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`, {
      flush: true,
    });
    await rename(work, folder);
    await syncFolder(dirname(folder));
    endProgress();
    tell(folder, manifest, options, (performance.now() - started) / 1000);
  } catch (error) {
    if (interruption.signal.aborted) {
      throw new CliError(`interrupted; ${folder} was not made`, { cause: error });
    }
    throw error;
  } finally {
    endProgress();
    await rm(work, { recursive: true, force: true });
  }
}

async function syncFolder(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}

function tell(
  folder: string,
  manifest: BackupManifest,
  { json }: BackupOptions,
  seconds: number,
): void {
  const { database, events, archive, files, unfinished_jobs: unfinished } = manifest;
  const rows = database.tables.reduce((sum, table) => sum + BigInt(table.rows), 0n);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const summary = {
    folder,
    method: database.method,
    tables: database.tables.length,
    rows: Number(rows),
    events: events?.messages ?? null,
    archived_chunks: archive?.chunks ?? null,
    archive_copied: archive?.copied ?? false,
    files: files.length,
    bytes,
    unfinished_jobs: unfinished,
    seconds: Number(seconds.toFixed(3)),
  };
  if (json) {
    console.log(JSON.stringify(summary));
    return;
  }
  console.log(
    `${folder}: ${formatCount(summary.rows)} rows of ${summary.tables} tables by ${database.method}, ` +
      `${events ? `${formatCount(events.messages)} events` : 'no events'}, ` +
      `${archive ? `${formatCount(archive.chunks)} archived chunks ${archive.copied ? 'with' : 'without'} their bytes` : 'no archive'}; ` +
      `${formatBytes(bytes)}, ${seconds.toFixed(1)} s`,
  );
  if (unfinished.length > 0) {
    console.log(
      `not ended while the backup was made: ${unfinished.join(', ')}. What the bus held of them is not in it: after a restore submit them again under new ids`,
    );
  }
}

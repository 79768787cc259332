import type { ArchiveOptions } from '@tapeline/archive';
import { ARCHIVE_SETTINGS, archiveOptions, loadConfig } from '@tapeline/config';
import { archivePlace } from '../commands/archive.js';
import { configsFolder } from '../stack/stack-file.js';
import { readVersion } from '../version.js';
import { backUpArchive } from './back-up-archive.js';
import { backUpConfigs } from './back-up-configs.js';
import { backUpDatabase } from './back-up-database.js';
import { backUpEvents } from './back-up-events.js';
import type { BackupManifest } from './backup-manifest.js';
import type { Method } from './choose-program.js';
import { connectNats } from './connect-nats.js';
import type { Servers } from './open-servers.js';

/** What the backup is to have. */
export interface CollectOptions {
  readonly method?: Method;
  /** Whether the archive's bytes are taken. */
  readonly archive?: boolean;
}

interface Collecting {
  /** Where the files go. */
  readonly work: string;
  readonly servers: Servers;
  readonly options: CollectOptions;
  readonly report: (line: string) => void;
}

/** Everything of a backup into a folder, and its description. The database first: events and chunks that come later are more than it knows, never less. */
export async function collectBackup(
  { work, servers, options, report }: Collecting,
  signal: AbortSignal,
): Promise<BackupManifest> {
  const { postgres, nats } = servers;
  const { database, unfinishedJobs, files } = await backUpDatabase({
    url: postgres,
    method: options.method,
    folder: work,
    signal,
    report,
  });
  report('events …');
  const events = nats === undefined ? undefined : await eventsOf(nats, work, signal);
  report('archive …');
  const archive = await backUpArchive({
    place:
      servers.folder === undefined ? configuredArchive() : archivePlace({ folder: servers.folder }),
    copies: options.archive ?? false,
    folder: work,
    signal,
  });
  const configs = await backUpConfigs(configsFolder(undefined), work, signal);
  return {
    version: 1,
    made_at: new Date().toISOString(),
    tapeline: readVersion(),
    node: process.version,
    database,
    events: events?.events ?? null,
    archive: archive?.archive ?? null,
    configs: { files: configs.length },
    unfinished_jobs: [...unfinishedJobs],
    files: [...files, ...(events ? [events.file] : []), ...(archive?.files ?? []), ...configs],
  };
}

/** That of the services which use the database of DATABASE_URL: no embedded stack's. */
const configuredArchive = (): ArchiveOptions =>
  archiveOptions(
    loadConfig(ARCHIVE_SETTINGS, {
      ...process.env,
      TAPELINE_CONFIGS_DIR: configsFolder(undefined),
    }),
  );

async function eventsOf(address: string, work: string, signal: AbortSignal) {
  const connection = await connectNats(address);
  try {
    return await backUpEvents(connection, work, signal);
  } finally {
    await connection.close();
  }
}

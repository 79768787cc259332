import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupManifest } from './backup-manifest.js';
import { connectNats } from './connect-nats.js';
import type { Servers } from './open-servers.js';
import { restoreDatabase } from './restore-database.js';
import type { DatabaseRestored } from './restore-database.js';
import { requireNoEvents, restoreEvents } from './restore-events.js';

interface Filling {
  readonly folder: string;
  readonly manifest: BackupManifest;
  readonly servers: Servers;
  readonly report: (line: string) => void;
}

/** What a restore did. */
export interface Restored {
  readonly database: DatabaseRestored;
  /** Null where they were left out. */
  readonly events: number | null;
  /** Where the archive's bytes are now, if the backup has them. */
  readonly archive: string | null;
}

/** Database, events and archive. The bus is looked at before the database is filled, and filled after it. */
export async function fillTarget({
  folder,
  manifest,
  servers,
  report,
}: Filling): Promise<Restored> {
  const { events } = manifest;
  const connection = servers.nats === undefined ? undefined : await connectNats(servers.nats);
  try {
    if (connection) await requireNoEvents(connection);
    const database = await restoreDatabase({ url: servers.postgres, folder, manifest, report });
    report('events …');
    const published =
      connection && events && database.differences.length === 0
        ? await restoreEvents(connection, folder, events)
        : null;
    const archive = manifest.archive?.copied ? await restoreArchive(folder, servers) : null;
    return { database, events: published, archive };
  } finally {
    await connection?.close();
  }
}

/** What is in the stack's archive already stays; elsewhere the backup's own folder serves as one. */
async function restoreArchive(folder: string, servers: Servers): Promise<string> {
  const source = join(folder, 'archive');
  if (servers.folder === undefined || !existsSync(source)) return source;
  const target = join(servers.folder, 'archive');
  await cp(source, target, { recursive: true, force: false });
  return target;
}

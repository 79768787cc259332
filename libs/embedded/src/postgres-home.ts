import { execFileSync } from 'node:child_process';
import { chown, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import {
  copyInstallation,
  installedPostgres,
  type PostgresInstallation,
} from './postgres-binaries.js';
import { canReach, type OsUser, relocatedFolder, rootStateFolder } from './relocated-folder.js';

const UNPRIVILEGED_USERS = ['postgres', 'nobody'];

/** Where a PostgreSQL keeps its files and who runs it. */
export interface PostgresHome {
  /** Differs from the folder asked for when that is out of the reach of `user`. */
  readonly folder: string;
  /** Set when this process is root, as which PostgreSQL refuses to run. */
  readonly user: OsUser | undefined;
  readonly installation: PostgresInstallation;
}

/**
 * Settles where the database under `dataDir` lives. An ordinary user gets exactly that. Root gets a
 * folder that belongs to the OS user `postgres` (or `nobody`); where that user cannot reach
 * `dataDir`, as in a clone under /root, the database and the programs go to /var/lib/tapeline, and
 * `<dataDir>/location` says so and leads the next run there.
 */
export async function openPostgresHome(dataDir: string): Promise<PostgresHome> {
  const asked = resolve(dataDir);
  const installation = await installedPostgres();
  await mkdir(asked, { recursive: true });
  if (process.getuid?.() !== 0) {
    return { folder: asked, user: undefined, installation };
  }
  const user = unprivilegedUser();
  const isReachable = canReach(user, asked);
  const folder = isReachable ? asked : await relocatedFolder(asked, user);
  await chown(folder, user.uid, user.gid);
  return { folder, user, installation: await reachableInstallation(installation, user) };
}

function unprivilegedUser(): OsUser {
  for (const name of UNPRIVILEGED_USERS) {
    try {
      const uid = Number(execFileSync('id', ['-u', name], { encoding: 'utf8', stdio: 'pipe' }));
      const gid = Number(execFileSync('id', ['-g', name], { encoding: 'utf8', stdio: 'pipe' }));
      return { name, uid, gid };
    } catch {
      // No such user: the next one.
    }
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is no user postgres or nobody to run it as. ' +
      'Create one (useradd --system postgres), or run this as an ordinary user.',
  );
}

async function reachableInstallation(
  installation: PostgresInstallation,
  user: OsUser,
): Promise<PostgresInstallation> {
  if (canReach(user, join(installation.folder, 'bin'))) {
    return installation;
  }
  return copyInstallation(installation, await rootStateFolder(user));
}

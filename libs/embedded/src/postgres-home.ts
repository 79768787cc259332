import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chown, lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import {
  copyInstallation,
  installedPostgres,
  type PostgresInstallation,
} from './postgres-binaries.js';
import { clusterFolder, releaseCluster } from './release-cluster.js';

/** Where root's databases go when the folder asked for cannot be reached by another user. */
const ROOT_STATE_FOLDERS = ['/var/lib/tapeline', '/var/tmp/tapeline'];
const UNPRIVILEGED_USERS = ['postgres', 'nobody'];

export interface OsUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

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
  const folder = isReachable ? asked : await elsewhere(asked, user);
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

function canReach(user: OsUser, folder: string): boolean {
  const { uid, gid } = user;
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { uid, gid, cwd: '/' }).status === 0;
}

// One folder per folder asked for. Without the pointer, the database that belonged to it has been
// removed with its data folder, and what it left here goes too.
async function elsewhere(asked: string, user: OsUser): Promise<string> {
  const hash = createHash('sha256').update(asked).digest('hex').slice(0, 12);
  const folder = join(await rootStateFolder(user), `postgres-${hash}`);
  const pointer = join(asked, 'location');
  const known = await readFile(pointer, 'utf8').catch(() => '');
  if (known.trim() !== folder) {
    await releaseCluster(clusterFolder(folder));
    await rm(folder, { recursive: true, force: true });
    await writeFile(pointer, `${folder}\n`);
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

async function rootStateFolder(user: OsUser): Promise<string> {
  for (const folder of ROOT_STATE_FOLDERS) {
    try {
      await mkdir(folder, { recursive: true, mode: 0o755 });
      const { uid } = await lstat(folder);
      // In /var/tmp anybody could have put a folder of that name, or a link.
      if (uid === 0 && canReach(user, folder)) {
        return folder;
      }
    } catch {
      // Not writable: the next one.
    }
  }
  throw new Error(
    `PostgreSQL runs as the user ${user.name}, who can reach none of ${ROOT_STATE_FOLDERS.join(', ')}. ` +
      'Move the project to a folder others may enter, or run this as an ordinary user.',
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

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { clusterFolder, isServing, releaseCluster } from './release-cluster.js';

/** Where root's databases go when the folder asked for cannot be reached by another user. */
const ROOT_STATE_FOLDERS = ['/var/lib/tapeline', '/var/tmp/tapeline'];

export interface OsUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Whether a user may enter a folder. Only root may ask. */
export function canReach(user: OsUser, folder: string): boolean {
  const { uid, gid } = user;
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { uid, gid, cwd: '/' }).status === 0;
}

/**
 * The folder that stands in for `asked`, the same one on each run, as `<asked>/location` says. Once
 * that file has gone, the data folder was removed, and the data here are removed as well.
 */
export async function relocatedFolder(asked: string, user: OsUser): Promise<string> {
  const base = await rootStateFolder(user);
  const hash = createHash('sha256').update(asked).digest('hex').slice(0, 12);
  const folder = join(base, `postgres-${hash}`);
  if (!(await pointsTo(asked, folder))) {
    await releaseCluster(clusterFolder(folder));
    await rm(folder, { recursive: true, force: true });
    await writeFile(join(asked, 'location'), `${folder}\n`);
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'belongs-to'), `${asked}\n`);
  await removeAbandoned(base);
  return folder;
}

/** A folder of root's that `user` may enter. @throws Error when there is none */
export async function rootStateFolder(user: OsUser): Promise<string> {
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

/** Removes the folders whose data folder was removed, unless a server still runs there. */
async function removeAbandoned(base: string): Promise<void> {
  for (const name of await readdir(base)) {
    const folder = join(base, name);
    const owner = await readFile(join(folder, 'belongs-to'), 'utf8').catch(() => '');
    const isAbandoned = owner !== '' && !(await pointsTo(owner.trim(), folder));
    if (isAbandoned && !(await isServing(clusterFolder(folder)))) {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

async function pointsTo(asked: string, folder: string): Promise<boolean> {
  const pointer = await readFile(join(asked, 'location'), 'utf8').catch(() => '');
  return pointer.trim() === folder;
}

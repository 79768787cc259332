import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { PostgresHome } from './postgres-home.js';
import { clusterFolder } from './release-cluster.js';

export const SUPERUSER = 'tapeline';

/**
 * Creates the cluster of a home unless it is there, and resolves with its password, a random one
 * that only its user can read in `<home>/password`.
 * @throws Error when initdb fails, with what it said
 */
export async function ensureCluster(home: PostgresHome): Promise<string> {
  const cluster = clusterFolder(home.folder);
  const passwordFile = join(home.folder, 'password');
  const isThere = await exists(join(cluster, 'global', 'pg_control'));
  if (!isThere) {
    await rm(cluster, { recursive: true, force: true });
    await writeFile(passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
    if (home.user !== undefined) {
      await chown(passwordFile, home.user.uid, home.user.gid);
    }
    runInitdb(home, cluster, passwordFile);
  }
  return (await readFile(passwordFile, 'utf8')).trim();
}

function runInitdb(home: PostgresHome, cluster: string, passwordFile: string): void {
  const result = spawnSync(
    join(home.installation.folder, 'bin', 'initdb'),
    [
      `--pgdata=${cluster}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-instructions',
    ],
    { ...home.user, cwd: home.folder, encoding: 'utf8' },
  );
  if (result.status !== 0) {
    throw new Error(
      `initdb could not create a database in ${cluster}. It said:\n${result.error?.message ?? result.stderr.trim()}`,
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

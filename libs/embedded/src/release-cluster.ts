import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { processCommand, processStart } from './process-identity.js';

const STOP_TIMEOUT_MS = 15_000;
const POLL_MS = 20;

/** The folder PostgreSQL itself calls the data directory, within the one we give it. */
export function clusterFolder(homeFolder: string): string {
  return join(homeFolder, 'cluster');
}

/**
 * Makes a cluster startable after its server or its supervisor was killed: stops a server still
 * running on it, and removes a `postmaster.pid` whose number now belongs to another program, which
 * PostgreSQL would respect. The file of a dead server stays: PostgreSQL learns from it whether old
 * sessions still use the shared memory.
 */
export async function releaseCluster(cluster: string): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  const pid = await readPid(pidFile);
  if (pid === undefined || processStart(pid) === undefined) {
    return;
  }
  if (!isServer(pid, cluster)) {
    await rm(pidFile, { force: true });
    return;
  }
  // Fast shutdown: ends the sessions, loses nothing.
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (isServer(pid, cluster) && Date.now() < deadline) {
    await sleep(POLL_MS);
  }
  if (isServer(pid, cluster)) {
    throw new Error(
      `Another PostgreSQL, process ${pid}, runs on ${cluster} and does not stop. Stop it first.`,
    );
  }
}

/** Whether a server runs on a cluster. */
export async function isServing(cluster: string): Promise<boolean> {
  const pid = await readPid(join(cluster, 'postmaster.pid'));
  return pid !== undefined && isServer(pid, cluster);
}

function isServer(pid: number, cluster: string): boolean {
  return processStart(pid) !== undefined && processCommand(pid)?.includes(cluster) === true;
}

/** Whether a start failed only because sessions of a killed server had not ended yet. */
export function isStillInUse(output: string): boolean {
  return output.includes('pre-existing shared memory block');
}

async function readPid(path: string): Promise<number | undefined> {
  try {
    const [line] = (await readFile(path, 'utf8')).split('\n');
    const pid = Number(line);
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

import { join, resolve } from 'node:path';

import { createDatabase, databaseUrl, dropDatabase, hasDatabase } from './administer-postgres.js';
import { freePort } from './free-port.js';
import { ManagedProcess, type ProcessOptions } from './managed-process.js';
import { ensureCluster, SUPERUSER } from './postgres-cluster.js';
import { openPostgresHome } from './postgres-home.js';
import { clusterFolder, isStillInUse, releaseCluster } from './release-cluster.js';

const DATABASE = 'tapeline';

/** Suits bulk loading on a small machine. `fsync` and `synchronous_commit` keep their safe defaults. */
const SETTINGS: Readonly<Record<string, string | number>> = {
  listen_addresses: '127.0.0.1',
  // A socket's path may have 107 characters at most, which a deep folder passes.
  unix_socket_directories: '',
  max_connections: 100,
  shared_buffers: '256MB',
  max_wal_size: '4GB',
  min_wal_size: '256MB',
  checkpoint_timeout: '15min',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

export interface PostgresOptions extends Pick<
  ProcessOptions,
  'runFolder' | 'restart' | 'onChange' | 'readyTimeoutMs'
> {
  /** Holds the database, its password and, unless named otherwise, the log. Kept on stop. */
  readonly dataDir: string;
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** Default `<dataDir>/postgres.log`. */
  readonly logFile?: string | undefined;
  /** PostgreSQL settings over the defaults, e.g. `{ shared_buffers: '1GB' }`. */
  readonly settings?: Readonly<Record<string, string | number>> | undefined;
}

/** A running PostgreSQL server. */
export interface PostgresServer extends Pick<ManagedProcess, 'status' | 'stop' | 'kill'> {
  /** `postgres://…@127.0.0.1:<port>/tapeline`, password included: not for logs. */
  readonly url: string;
  readonly port: number;
  /** Where the files are; not the folder asked for when root had to move (see `relocated`). */
  readonly dataDir: string;
  /**
   * Whether the files are not in the folder asked for, because this process is root and the OS user
   * who runs PostgreSQL cannot reach that folder. Tell the user.
   */
  readonly relocated: boolean;
  /** Of the present process; changes when it is restarted. */
  readonly pid: number | undefined;
  readonly process: ManagedProcess['process'];
  /** The URL of another database of this server. */
  databaseUrl(name: string): string;
  /** Creates a database and resolves with its URL. */
  createDatabase(name: string): Promise<string>;
  /** Drops a database, ending the sessions in it. None of that name is no error. */
  dropDatabase(name: string): Promise<void>;
}

/**
 * Starts PostgreSQL 18 on 127.0.0.1, files under `dataDir`, with the database `tapeline`; resolves
 * once it answers. A data folder of an earlier run is taken up again, also after a crash.
 * @throws ProcessStartError
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const home = await openPostgresHome(options.dataDir);
  const cluster = clusterFolder(home.folder);
  const port = options.port ?? (await freePort());
  const password = await ensureCluster(home);
  const url = `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${DATABASE}`;

  const managed = await ManagedProcess.start({
    ...options,
    name: 'postgres',
    command: join(home.installation.folder, 'bin', 'postgres'),
    args: ['-D', cluster, '-p', String(port), ...settingArguments(options.settings)],
    cwd: home.folder,
    user: home.user,
    logFile: options.logFile ?? join(home.folder, 'postgres.log'),
    // Fast shutdown: ends the sessions, writes a checkpoint.
    stopSignal: 'SIGINT',
    beforeStart: () => releaseCluster(cluster),
    retryStart: isStillInUse,
    // Answers only to this cluster's password, so no other server on the port can pass for it.
    isReady: () => hasDatabase(url, 'postgres'),
  });
  if (!(await hasDatabase(url, DATABASE))) {
    await createDatabase(url, DATABASE);
  }
  return {
    url,
    port,
    dataDir: home.folder,
    relocated: home.folder !== resolve(options.dataDir),
    get pid() {
      return managed.pid;
    },
    get process() {
      return managed.process;
    },
    status: () => managed.status(),
    stop: () => managed.stop(),
    kill: (signal) => managed.kill(signal),
    databaseUrl: (name) => databaseUrl(url, name),
    createDatabase: (name) => createDatabase(url, name),
    dropDatabase: (name) => dropDatabase(url, name),
  };
}

function settingArguments(settings: PostgresOptions['settings']): string[] {
  return Object.entries({ ...SETTINGS, ...settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
}

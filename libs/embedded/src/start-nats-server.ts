import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';

import { findNatsServer } from './find-nats-server.js';
import { freePort } from './free-port.js';
import { ManagedProcess, type ProcessOptions } from './managed-process.js';

const CONNECT_TIMEOUT_MS = 1_000;

export interface NatsServerOptions extends Pick<
  ProcessOptions,
  'runFolder' | 'restart' | 'onChange' | 'readyTimeoutMs'
> {
  /** Holds the streams, the configuration and, unless named otherwise, the log. Kept on stop. */
  readonly dataDir: string;
  /** Default: the one `findNatsServer` finds. */
  readonly binary?: string | undefined;
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** Default `<dataDir>/nats-server.log`. */
  readonly logFile?: string | undefined;
  /**
   * Whether every acknowledged message is on the disk. Default true; false only saves tests time:
   * messages then survive a killed server but not a power failure.
   */
  readonly syncAlways?: boolean | undefined;
  /** Makes the server a node of a cluster; see `startNatsCluster`. */
  readonly node?: NatsNode | undefined;
}

/** A server's part in a cluster. */
export interface NatsNode {
  /** The same for its nodes alone: servers of another cluster are not let in. */
  readonly cluster: string;
  /** Of this node alone. What it holds of the streams belongs to this name, so it stays the same for ever. */
  readonly name: string;
  /** Where the others reach it. */
  readonly routePort: number;
  /** Where it tells over HTTP how it is. */
  readonly monitorPort: number;
  /** `nats://127.0.0.1:<routePort>` of all nodes. */
  readonly routes: readonly string[];
}

/** A running nats-server. */
export interface NatsServer extends Pick<ManagedProcess, 'status' | 'stop' | 'kill'> {
  /** `nats://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** Where a node of a cluster tells over HTTP how it is: `/jsz` and the like. */
  readonly monitorUrl: string | undefined;
  readonly dataDir: string;
  /** Of the present process; changes when it is restarted. */
  readonly pid: number | undefined;
  readonly process: ManagedProcess['process'];
}

/**
 * Starts a nats-server with JetStream, files under `dataDir`, on 127.0.0.1 alone; resolves once it
 * answers. A data folder of an earlier run is taken up again.
 * @throws ProcessStartError, NatsServerMissingError
 */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const dataDir = resolve(options.dataDir);
  const command = options.binary ?? (await findNatsServer()).path;
  const port = options.port ?? (await freePort());
  const configPath = join(dataDir, 'nats-server.conf');
  await mkdir(dataDir, { recursive: true });

  const { node } = options;
  // A fresh name on each start, or the cluster's, so that readiness is never read from another
  // server on the port.
  let serverName = '';
  const managed = await ManagedProcess.start({
    ...options,
    name: node?.name ?? 'nats-server',
    command,
    args: ['-c', configPath],
    logFile: options.logFile ?? join(dataDir, 'nats-server.log'),
    beforeStart: async () => {
      serverName = node?.name ?? `tapeline-${randomUUID()}`;
      const sync = options.syncAlways ?? true;
      const config = serverConfig({ port, dataDir, serverName, sync, node });
      await writeFile(configPath, config);
    },
    isReady: async () => {
      const info = await readInfo(port);
      return (
        info['server_name'] === serverName &&
        info['cluster'] === node?.cluster &&
        info['jetstream'] === true
      );
    },
  });
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    monitorUrl: node && `http://127.0.0.1:${node.monitorPort}`,
    dataDir,
    get pid() {
      return managed.pid;
    },
    get process() {
      return managed.process;
    },
    status: () => managed.status(),
    stop: () => managed.stop(),
    kill: (signal) => managed.kill(signal),
  };
}

function serverConfig(values: {
  readonly port: number;
  readonly dataDir: string;
  readonly serverName: string;
  readonly sync: boolean;
  readonly node: NatsNode | undefined;
}): string {
  // The server adds /jetstream.
  const storeDir = JSON.stringify(values.dataDir);
  return `listen: "127.0.0.1:${values.port}"
server_name: "${values.serverName}"
jetstream {
  store_dir: ${storeDir}
${values.sync ? '  sync_interval: always\n' : ''}}
${values.node ? nodeConfig(values.node) : ''}`;
}

/** Without `no_advertise` clients would learn of ways to the nodes other than those they were told. */
const nodeConfig = ({ cluster, routePort, monitorPort, routes }: NatsNode): string =>
  `http: "127.0.0.1:${monitorPort}"
cluster {
  name: "${cluster}"
  listen: "127.0.0.1:${routePort}"
  routes: ${JSON.stringify(routes)}
  no_advertise: true
}
`;

/** The INFO line a nats-server greets every connection with. */
function readInfo(port: number): Promise<Record<string, unknown>> {
  return new Promise((resolve_, reject) => {
    let text = '';
    const socket = connect({ host: '127.0.0.1', port });
    socket.setEncoding('utf8').setTimeout(CONNECT_TIMEOUT_MS);
    socket.on('data', (part: string) => {
      text += part;
      const end = text.indexOf('\r\n');
      if (text.startsWith('INFO ') && end !== -1) {
        socket.destroy();
        resolve_(JSON.parse(text.slice('INFO '.length, end)));
      }
    });
    socket.once('timeout', () => socket.destroy(new Error('no greeting')));
    socket.once('error', reject);
    socket.once('close', () => {
      reject(new Error('closed without a greeting'));
    });
  });
}

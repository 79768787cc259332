import { join } from 'node:path';
import { ensureReaders } from './ensure-readers.js';
import { freePort } from './free-port.js';
import { ensureGatewayKey } from './gateway-key.js';
import { ManagedProcess } from './managed-process.js';
import type { ProcessStatus } from './managed-process.js';
import { startNatsCluster } from './start-nats-cluster.js';
import type { NatsCluster } from './start-nats-cluster.js';
import { startNatsServer } from './start-nats-server.js';
import type { NatsServer } from './start-nats-server.js';
import { startPostgres } from './start-postgres.js';
import type { PostgresServer } from './start-postgres.js';

/** The services in the order in which they start. */
export const SERVICES = [
  'sandbox',
  'writer',
  'validator',
  'transformer',
  'fetcher',
  'query-gateway',
] as const;
export type ServiceName = (typeof SERVICES)[number];

export interface StackOptions {
  /** The checkout, with its built services and configs. */
  readonly root: string;
  /** Holds data, logs and process records; taken up again if it is there. */
  readonly folder: string;
  /** Told about each step, for people. */
  readonly report?: (line: string) => void;
  /** The folder of system.yaml and the rules; the checkout's by default. */
  readonly configs?: string;
  /** A folder of DBN files that the sandbox serves beside its market. */
  readonly sandboxData?: string;
  /** With more than one they are a cluster, whose streams have as many replicas. */
  readonly natsNodes?: number;
  /** The address under which services reach a nats-server or PostgreSQL, given its own: a way that a test can break. */
  readonly reach?: (server: 'nats' | 'postgres', url: string) => Promise<string>;
  /** Variables for the services, over those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Stack {
  readonly urls: {
    readonly gateway: string;
    readonly sandbox: string;
    /** With the password: not for logs. */
    readonly postgres: string;
    /** Of all nodes, with commas between them. */
    readonly nats: string;
  };
  /** An operator's key of the gateway: a secret. */
  readonly gatewayKey: string;
  /** One, or the nodes of a cluster. */
  readonly nats: readonly NatsServer[];
  readonly postgres: PostgresServer;
  readonly services: ReadonlyMap<ServiceName, ManagedProcess>;
  status(): ProcessStatus[];
  /** Stops everything, the last started first. Data stay. */
  stop(): Promise<void>;
}

/** The sandbox takes any key of Databento's form. */
const SANDBOX_KEY = 'db-tapeline-embedded-sandbox-key';

/**
 * Starts nats-server, PostgreSQL and all services on free ports of 127.0.0.1, and resolves once each is
 * ready. What ends by itself is started again. Data come from the sandbox, unless DATABENTO_API_KEY
 * is set: then from Databento.
 * @throws ProcessStartError; nothing is left running then.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { folder, report = () => undefined } = options;
  const { reach = (_, url) => Promise.resolve(url) } = options;
  const runFolder = join(folder, 'run');
  const started: { stop(): Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    for (const part of started.toReversed()) await part.stop();
  };
  const step = async <Part extends { stop(): Promise<void> }>(
    name: string,
    start: () => Promise<Part>,
  ): Promise<Part> => {
    const begun = performance.now();
    const part = await start();
    started.push(part);
    report(`started ${name} (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
    return part;
  };
  try {
    const [nats, postgres] = await Promise.all([
      step('nats-server', () => startNats(options)),
      step('PostgreSQL', () =>
        startPostgres({ dataDir: join(folder, 'postgres'), runFolder, restart: true }),
      ),
    ]);
    if (postgres.relocated) {
      report(`PostgreSQL runs as another user and keeps its data in ${postgres.dataDir}`);
    }
    // Others are told where these two are; the health of the rest may be anywhere.
    const sandboxPort = await freePort();
    const gatewayPort = await freePort();
    const sandbox = `http://127.0.0.1:${sandboxPort}`;
    const knownPort = (name: ServiceName): number | undefined =>
      name === 'sandbox' ? sandboxPort : name === 'query-gateway' ? gatewayPort : undefined;
    const ownKey = process.env['DATABENTO_API_KEY'];
    const database = await reach('postgres', postgres.url);
    const readers = await ensureReaders(postgres.url);
    const gatewayKey = await ensureGatewayKey(folder);
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      TAPELINE_CONFIGS_DIR: options.configs ?? join(options.root, 'configs'),
      ARCHIVE_FOLDER: join(options.folder, 'archive'),
      NATS_URL: (await Promise.all(nats.nodes.map(({ url }) => reach('nats', url)))).join(','),
      ...(nats.nodes.length > 1 && { NATS_REPLICAS: String(nats.nodes.length) }),
      DATABASE_URL: database,
      SANDBOX_PORT: String(sandboxPort),
      SANDBOX_DATA_DIR: options.sandboxData ?? '',
      GATEWAY_PORT: String(gatewayPort),
      ...(ownKey === undefined && {
        DATABENTO_API_KEY: SANDBOX_KEY,
        DATABENTO_BASE_URL: sandbox,
      }),
      ...options.env,
    };
    // The gateway alone may not write, and alone is told its key.
    const gatewayEnv: NodeJS.ProcessEnv = {
      ...env,
      DATABASE_URL: sameServer(readers.reader, database),
      GATEWAY_SQL_URL: sameServer(readers.sql, database),
      GATEWAY_OPERATOR_KEY: gatewayKey,
    };
    const services = new Map<ServiceName, ManagedProcess>();
    await Promise.all(
      SERVICES.map(async (name) => {
        const service = await step(name, () =>
          startOwn(options, name, knownPort(name), name === 'query-gateway' ? gatewayEnv : env),
        );
        services.set(name, service);
      }),
    );
    return {
      urls: {
        gateway: `http://127.0.0.1:${gatewayPort}`,
        sandbox,
        postgres: postgres.url,
        nats: nats.url,
      },
      gatewayKey,
      nats: nats.nodes,
      postgres,
      services,
      status: () => [
        ...nats.nodes.map((node) => node.status()),
        postgres.status(),
        ...SERVICES.flatMap((name) => services.get(name)?.status() ?? []),
      ],
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** An address with the host and port of another. */
function sameServer(address: string, other: string): string {
  const url = new URL(address);
  url.host = new URL(other).host;
  return url.href;
}

async function startNats({ folder, natsNodes = 1 }: StackOptions): Promise<NatsCluster> {
  const logFolder = join(folder, 'logs');
  const own = { dataDir: join(folder, 'nats'), runFolder: join(folder, 'run'), restart: true };
  if (natsNodes > 1) return startNatsCluster({ ...own, logFolder, nodes: natsNodes });
  const server = await startNatsServer({ ...own, logFile: join(logFolder, 'nats-server.log') });
  return { url: server.url, nodes: [server], stop: () => server.stop() };
}

const CHECK_TIMEOUT_MS = 2_000;

/**
 * Starts one service. Between the choice of a port and its use another program may take it: a worker then
 * gets another one, and nobody else's answer counts as this process's.
 */
function startOwn(
  options: StackOptions,
  name: ServiceName,
  knownPort: number | undefined,
  stackEnv: NodeJS.ProcessEnv,
): Promise<ManagedProcess> {
  let port = knownPort;
  const env: NodeJS.ProcessEnv = { ...stackEnv, OTEL_SERVICE_NAME: name };
  return ManagedProcess.start({
    name,
    command: process.execPath,
    args: [
      '--import',
      join(options.root, 'libs', 'telemetry', 'dist', 'register.js'),
      join(options.root, 'services', name, 'dist', 'main.js'),
    ],
    env,
    cwd: options.root,
    logFile: join(options.folder, 'logs', `${name}.log`),
    runFolder: join(options.folder, 'run'),
    restart: true,
    readyTimeoutMs: 60_000,
    beforeStart: async () => {
      if (knownPort !== undefined) return;
      port = await freePort();
      env['HEALTH_PORT'] = String(port);
    },
    retryStart: (output) => output.includes('EADDRINUSE'),
    isReady: async (pid) => {
      const path = name === 'sandbox' ? 'healthz' : 'readyz';
      const response = await fetch(`http://127.0.0.1:${port}/${path}`, {
        signal: AbortSignal.timeout(CHECK_TIMEOUT_MS),
      });
      await response.body?.cancel();
      return response.ok && response.headers.get('x-process-id') === String(pid);
    },
  });
}

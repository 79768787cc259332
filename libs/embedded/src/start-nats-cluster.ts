import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { hasErrorCode } from './error-code.js';
import { findNatsServer } from './find-nats-server.js';
import { freePort } from './free-port.js';
import { startNatsServer } from './start-nats-server.js';
import type { NatsServer, NatsServerOptions } from './start-nats-server.js';

export interface NatsClusterOptions extends Pick<
  NatsServerOptions,
  'runFolder' | 'restart' | 'syncAlways' | 'readyTimeoutMs'
> {
  /** Holds a folder for each node. Kept on stop. */
  readonly dataDir: string;
  /** Of the nodes' logs. Default: each in its node's folder. */
  readonly logFolder?: string | undefined;
  /** How many nodes. Default 3: one of them may be away. */
  readonly nodes?: number | undefined;
}

export interface NatsCluster {
  /** The addresses of all nodes, with commas between them. */
  readonly url: string;
  /** Named `nats-server-1` and so on. */
  readonly nodes: readonly NatsServer[];
  stop(): Promise<void>;
}

/**
 * Starts a JetStream cluster on 127.0.0.1 and resolves once each node answers; its first leader is elected
 * seconds later. A data folder of an earlier run is taken up again with the same number of nodes.
 * @throws ProcessStartError, NatsServerMissingError; nothing is left running then.
 */
export async function startNatsCluster(options: NatsClusterOptions): Promise<NatsCluster> {
  const { nodes: count = 3, logFolder } = options;
  const dataDir = resolve(options.dataDir);
  const cluster = await clusterName(dataDir);
  const binary = (await findNatsServer()).path;
  const ports = await freePorts(count * 3);
  const routes = ports.slice(0, count).map((port) => `nats://127.0.0.1:${port}`);
  const starts = await Promise.allSettled(
    routes.map((_, index) => {
      const name = `nats-server-${index + 1}`;
      return startNatsServer({
        ...options,
        binary,
        dataDir: join(dataDir, name),
        ...(logFolder !== undefined && { logFile: join(logFolder, `${name}.log`) }),
        port: ports[count + index],
        node: {
          cluster,
          name,
          routePort: ports[index]!,
          monitorPort: ports[2 * count + index]!,
          routes,
        },
      });
    }),
  );
  const nodes = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return { url: nodes.map(({ url }) => url).join(','), nodes, stop };
}

/** Made once for a data folder. */
async function clusterName(dataDir: string): Promise<string> {
  const path = join(dataDir, 'cluster-name');
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) throw error;
  }
  const name = `tapeline-${randomUUID()}`;
  await mkdir(dataDir, { recursive: true });
  await writeFile(path, name);
  return name;
}

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

import { rm } from 'node:fs/promises';

import { type NatsCluster, startNatsCluster } from '@tapeline/embedded';

import { makeTemporaryFolder } from './temporary-folder.js';

/** Three empty nats-servers that are a JetStream cluster, of one test's own. Declare it with `await using`. */
export async function testNatsCluster(): Promise<NatsCluster & AsyncDisposable> {
  const dataDir = makeTemporaryFolder('nats-cluster');
  const cluster = await startNatsCluster({ dataDir, syncAlways: false });
  return {
    ...cluster,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(cluster.nodes.map((node) => node.kill('SIGKILL')));
      await cluster.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, expect, it } from '@jest/globals';

import { findProcesses } from './process-record.js';
import { startNatsCluster } from './start-nats-cluster.js';
import type { NatsCluster } from './start-nats-cluster.js';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapeline-nats-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Assembly {
  readonly name: string;
  readonly leader?: string;
  readonly cluster_size: number;
}

/** What a running node says once it knows of all three, and of a leader that is not the one named: two suffice to elect one. */
async function assembly({ nodes }: NatsCluster, formerLeader?: string): Promise<Assembly> {
  for (;;) {
    const { monitorUrl } = nodes.find(({ pid }) => pid !== undefined)!;
    const response = await fetch(`${monitorUrl}/jsz`);
    const { meta_cluster: told } = (await response.json()) as { meta_cluster?: Assembly };
    const isElected = told?.leader !== undefined && told.leader !== formerLeader;
    if (isElected && told.cluster_size === 3) return told;
    await sleep(50);
  }
}

it('elects another leader when one is killed, and takes up its data again', async () => {
  const dataDir = join(folder, 'data');
  const first = await startNatsCluster({ dataDir, syncAlways: false });
  const names = ['nats-server-1', 'nats-server-2', 'nats-server-3'];
  expect(first.nodes.map((node) => node.status().name)).toEqual(names);
  expect(first.url).toBe(first.nodes.map(({ url }) => url).join(','));
  const before = await assembly(first);
  expect(before.cluster_size).toBe(3);
  expect(names).toContain(before.leader);

  await first.nodes.find((node) => node.status().name === before.leader)!.kill();
  const after = await assembly(first, before.leader);
  expect(names.filter((name) => name !== before.leader)).toContain(after.leader);
  await first.stop();
  expect(first.nodes.map(({ pid }) => pid)).toEqual([undefined, undefined, undefined]);

  const second = await startNatsCluster({ dataDir, syncAlways: false });
  expect(await assembly(second)).toMatchObject({ name: before.name, cluster_size: 3 });
  await second.stop();
});

it('leaves nothing running when a node cannot start', async () => {
  const runFolder = join(folder, 'run');
  await expect(
    startNatsCluster({ dataDir: join(folder, 'data'), runFolder, readyTimeoutMs: 0 }),
  ).rejects.toThrow('nats-server-1 was not ready after 0 ms');
  expect(findProcesses(runFolder)).toEqual([]);
});

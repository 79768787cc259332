import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { batchSubject } from '@tapeline/contracts';
import { testNats } from '@tapeline/testing';
import type { TestNats } from '@tapeline/testing';
import { BusPublisher } from './bus-publisher.js';
import { connectBus } from './bus.js';
import { eventually, silent } from './start-test-worker.js';

let nats: TestNats;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  nats = await testNats();
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});
afterAll(() => nats.stop());

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts the service as a process of its own. */
async function startService(env: Record<string, string> = {}) {
  const port = await freePort();
  const path = fileURLToPath(new URL('./test-service.js', import.meta.url));
  const { NODE_OPTIONS: _, NATS_URL: __, ...inherited } = process.env;
  const child = spawn(process.execPath, [path], {
    env: { ...inherited, HEALTH_PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const exited = once(child, 'exit').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  const lines = () =>
    output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const health = async (what: string) => {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/${what}`);
      return { status: response.status, ...((await response.json()) as object) };
    } catch {
      return { status: 0 };
    }
  };
  return { child, exited, lines, health };
}

it('says when it is ready, handles messages, and stops in good order', async () => {
  await nats.crash();
  const service = await startService({ NATS_URL: nats.url });
  await eventually('it lives', async () => (await service.health('healthz')).status === 200);
  expect(await service.health('readyz')).toEqual({ status: 503, ok: false, reason: 'starting' });
  await nats.revive();
  await eventually('it is ready', async () => (await service.health('readyz')).status === 200);
  expect((await service.health('other')).status).toBe(404);

  const bus = await connectBus({ url: nats.url, name: 'test' });
  const publisher = new BusPublisher(bus, silent);
  const subject = batchSubject('raw', 'GLBX.MDP3', 'trades');
  await publisher.publish(subject, Buffer.from('{"n":1}'), { msgId: '1' });
  const handled = () => service.lines().flatMap((line) => line['handled'] ?? []);
  await eventually('the message is handled', () => handled().length > 0);
  expect(handled()).toEqual([{ n: 1 }]);
  await bus.close();

  await nats.crash();
  await eventually('it is not ready', async () => (await service.health('readyz')).status === 503);
  expect(await service.health('healthz')).toMatchObject({ status: 200 });
  await nats.revive();
  await eventually('it is ready again', async () => {
    return (await service.health('readyz')).status === 200;
  });
  service.child.kill('SIGTERM');
  expect(await service.exited).toBe(0);
  const problems = service.lines().filter(({ level }) => level === 'error' || level === 'fatal');
  expect(problems).toEqual([]);
});

it('stops while the server is away', async () => {
  const service = await startService({ NATS_URL: nats.url });
  await eventually('it is ready', async () => (await service.health('readyz')).status === 200);
  await nats.crash();
  await eventually('it is not ready', async () => (await service.health('readyz')).status === 503);
  service.child.kill('SIGTERM');
  expect(await service.exited).toBe(0);
  await nats.revive();
});

it('says in one sentence why it cannot start', async () => {
  const service = await startService();
  expect(await service.exited).toBe(1);
  expect(service.lines()).toMatchObject([
    { level: 'fatal', service: 'test', msg: 'test could not start: NATS_URL is not set' },
  ]);
});

it('gives away no password in its address', async () => {
  const service = await startService({ NATS_URL: 'nats://user:hidden@:4222' });
  expect(await service.exited).toBe(1);
  expect(service.lines()).toHaveLength(1);
  expect(JSON.stringify(service.lines())).not.toContain('hidden');
});

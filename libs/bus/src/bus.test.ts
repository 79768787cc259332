import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { testNats } from '@tapeline/testing';
import { connectBus } from './bus.js';
import { serverOptions } from './server-options.js';
import { eventually } from './start-test-worker.js';

it('waits for a server that starts later, and says so once', async () => {
  await using nats = await testNats();
  await nats.crash();
  const told: string[] = [];
  const connecting = connectBus({
    url: nats.url,
    name: 'test',
    onStatus: (status) => told.push(status),
  });
  await eventually('it has tried', () => told.length > 0);
  await nats.revive();
  const bus = await connecting;
  expect(bus.connected).toBe(true);
  expect(told).toEqual([expect.stringMatching(/^waiting for the server: .*refused/i)]);
  await bus.close();
});

it('knows whether the server is there, and closes without it', async () => {
  await using nats = await testNats();
  const told: string[] = [];
  const bus = await connectBus({
    url: nats.url,
    name: 'test',
    onStatus: (status) => told.push(status),
  });
  await nats.crash();
  await eventually('the loss is noticed', () => !bus.connected);
  await nats.revive();
  await bus.whenConnected();
  expect(bus.connected).toBe(true);
  await bus.nc.flush();
  expect(told).toEqual(['disconnect', 'reconnect']);

  await nats.crash();
  await eventually('the loss is noticed', () => !bus.connected);
  await bus.close();
  await bus.close();
  expect(bus.nc.isClosed()).toBe(true);
  await bus.whenConnected();
});

it('does not wait where the server refuses the user', async () => {
  const server = createServer((socket) => {
    socket.write(
      'INFO {"server_id":"x","version":"2.14.0","max_payload":1,"auth_required":true}\r\n',
    );
    socket.once('data', () => socket.end("-ERR 'Authorization Violation'\r\n"));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connecting = connectBus({ url: `nats://u:hidden@127.0.0.1:${port}`, name: 'test' });
  await expect(connecting).rejects.toMatchObject({
    code: 'bus_connect',
    message: expect.stringMatching(/^the NATS server refuses this user .* in NATS_URL$/),
  });
  server.close();
});

it('reads an address', () => {
  expect(serverOptions('nats://127.0.0.1:4222')).toEqual({ servers: ['127.0.0.1:4222'] });
  expect(serverOptions('nats://u:p%40ss@a:1, nats://b:2')).toEqual({
    servers: ['a:1', 'b:2'],
    user: 'u',
    pass: 'p@ss',
  });
  expect(serverOptions('tls://token@a:1')).toEqual({ servers: ['a:1'], token: 'token', tls: {} });
});

it('names no password where it cannot read an address', () => {
  for (const address of ['nats://u:hidden@:1', 'http://u:hidden@a:1', 'hidden', '']) {
    expect(() => serverOptions(address)).toThrow(/malformed: NATS_URL looks like((?!hidden).)*$/);
  }
});

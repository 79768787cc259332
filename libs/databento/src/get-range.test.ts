import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { HistoricalClient } from './historical-client.js';
import type { ClientOptions } from './client-options.js';
import { reply, reset, startScriptedServer } from './scripted-server.js';
import type { Answer } from './scripted-server.js';

const client = (baseUrl: string, options: Partial<ClientOptions> = {}) =>
  new HistoricalClient({
    apiKey: 'db-key',
    baseUrl,
    retry: { attempts: 3, baseMs: 1, capMs: 2 },
    ...options,
  });

const trades = { dataset: 'GLBX.MDP3', schema: 'trades', symbols: ['ESU4'], start: '2024-07-01' };

/** Sends pieces as chunks of their own, then ends the answer or breaks it off. */
const pieces =
  (parts: readonly Uint8Array[], end: 'complete' | 'broken' | 'silent'): Answer =>
  async (response) => {
    response.writeHead(200, { 'request-id': 'r-2' });
    response.flushHeaders();
    for (const part of parts) {
      response.write(part);
      await sleep(10);
    }
    if (end === 'complete') response.end();
    if (end === 'broken') response.destroy();
  };

const collect = async (body: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
};

const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 256));

it('hands over the bytes as received, with warnings and request id', async () => {
  await using server = await startScriptedServer((response) => {
    const warning = JSON.stringify(['Warning: degraded quality on 2024-07-01']);
    response.writeHead(206, { 'request-id': 'r-2', 'x-warning': warning });
    response.write(bytes.subarray(0, 400));
    response.end(bytes.subarray(400));
  });
  const range = await client(server.url).getRange(trades);
  expect(await collect(range.body)).toEqual(bytes);
  expect(range).toMatchObject({
    requestId: 'r-2',
    warnings: ['Warning: degraded quality on 2024-07-01'],
    partial: true,
  });
  const form = Object.fromEntries(new URLSearchParams(server.requests[0]?.body));
  expect(form).toMatchObject({ encoding: 'dbn', compression: 'zstd', stype_out: 'instrument_id' });
  expect(server.requests[0]?.headers['accept-encoding']).toBe('identity');
});

it('retries before the first byte of the body', async () => {
  await using server = await startScriptedServer(
    reset,
    pieces([], 'broken'),
    pieces([bytes], 'complete'),
  );
  const range = await client(server.url).getRange(trades);
  expect(await collect(range.body)).toEqual(bytes);
  expect(server.requests).toHaveLength(3);
});

it('takes an empty answer for a failure', async () => {
  await using server = await startScriptedServer(reply(200, ''), reply(200, ''), reply(200, ''));
  await expect(client(server.url).getRange(trades)).rejects.toMatchObject({ retryable: true });
});

it('reports a stream that breaks off, and does not buy it again', async () => {
  await using server = await startScriptedServer(
    pieces([bytes.subarray(0, 10), bytes.subarray(10, 30)], 'broken'),
  );
  const { body } = await client(server.url).getRange(trades);
  let received = 0;
  const reading = (async () => {
    for await (const part of body) received += part.length;
  })();
  await expect(reading).rejects.toMatchObject({
    name: 'ConnectionError',
    stage: 'body',
    status: null,
    retryable: true,
    requestId: 'r-2',
    message: expect.stringContaining('broke off'),
  });
  expect(received).toBe(30);
  expect(server.requests).toHaveLength(1);
});

it('reports a stream that falls silent', async () => {
  await using server = await startScriptedServer(pieces([bytes], 'silent'));
  const timeouts = { inactivityMs: 100 };
  const { body } = await client(server.url, { timeouts }).getRange(trades);
  await expect(collect(body)).rejects.toMatchObject({
    name: 'TimeoutError',
    stage: 'body',
    retryable: true,
    message: expect.stringContaining('silent for 100 ms'),
  });
});

it('does not take a slow consumer for a silent server', async () => {
  await using server = await startScriptedServer(pieces([bytes, bytes], 'complete'));
  const timeouts = { inactivityMs: 100 };
  const { body } = await client(server.url, { timeouts }).getRange(trades);
  let received = 0;
  for await (const part of body) {
    received += part.length;
    await sleep(250);
  }
  expect(received).toBe(2 * bytes.length);
});

it('reads no faster than it is consumed', async () => {
  const piece = Buffer.alloc(1 << 20);
  let sent = 0;
  await using server = await startScriptedServer(async (response) => {
    for (; sent < 200 && !response.destroyed; sent++) {
      if (!response.write(piece)) {
        await Promise.race([once(response, 'drain'), once(response, 'close')]);
      }
    }
    response.end();
  });
  const { body } = await client(server.url).getRange(trades);
  const reader = body[Symbol.asyncIterator]();
  await reader.next();
  await sleep(300);
  const whileIdle = sent;
  await sleep(300);
  // What fits into the buffers of both sockets, and not a byte more while nobody reads.
  expect(sent).toBe(whileIdle);
  expect(sent).toBeLessThan(50);
  await reader.return?.();
});

it('closes the connection when the consumer leaves, and when it aborts', async () => {
  const closed: Promise<unknown>[] = [];
  const endless: Answer = async (response) => {
    closed.push(once(response, 'close'));
    while (!response.destroyed) {
      response.write(bytes);
      await sleep(5);
    }
  };
  await using server = await startScriptedServer(endless, endless);
  const first = await client(server.url).getRange(trades);
  for await (const part of first.body) if (part.length > 0) break;
  await closed[0];

  const stop = new AbortController();
  const second = await client(server.url).getRange(trades, stop.signal);
  const reading = collect(second.body);
  stop.abort(new Error('enough'));
  await expect(reading).rejects.toThrow('enough');
  await closed[1];
  expect(server.requests).toHaveLength(2);
});

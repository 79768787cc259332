/** Connections, stages that take too long, redirects, and the key, over real sockets. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { ClientOptions } from './client-options.js';
import { DatabentoError } from './databento-error.js';
import { HistoricalClient } from './historical-client.js';
import { json, reply, reset, startScriptedServer } from './scripted-server.js';
import type { Answer } from './scripted-server.js';

const apiKey = 'db-0123456789abcdef0123456789ab';
const client = (baseUrl: string, options: Partial<ClientOptions> = {}) =>
  new HistoricalClient({ apiKey, baseUrl, retry: { attempts: 1 }, ...options });

const failure = async (call: Promise<unknown>): Promise<DatabentoError> => {
  const error = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(DatabentoError);
  return error as DatabentoError;
};

/** A server below HTTP. */
async function startTcpServer(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const silent: Answer = () => undefined;

describe('stages', () => {
  it('names a connection that takes too long', async () => {
    // Accepts, and never answers the TLS handshake.
    await using server = await startTcpServer(() => undefined);
    const sender = client(`https://${server.host}`, { timeouts: { connectMs: 50 } });
    expect(await failure(sender.listDatasets())).toMatchObject({
      name: 'TimeoutError',
      stage: 'connect',
      retryable: true,
      message: expect.stringContaining('no connection to https://127.0.0.1'),
    });
  });

  it('names an answer that takes too long', async () => {
    await using server = await startScriptedServer(silent);
    const sender = client(server.url, { timeouts: { headersMs: 50 } });
    expect(await failure(sender.listDatasets())).toMatchObject({
      name: 'TimeoutError',
      stage: 'headers',
      retryable: true,
      message: expect.stringContaining('within 50 ms (timeouts.headersMs)'),
    });
  });

  it('names a connection that is refused', async () => {
    const { host } = await (async () => {
      await using server = await startTcpServer(() => undefined);
      return server;
    })();
    const error = await failure(client(`http://${host}`).listDatasets());
    expect(error).toMatchObject({
      name: 'ConnectionError',
      stage: 'connect',
      status: null,
      retryable: true,
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it('names a connection that is lost', async () => {
    await using server = await startScriptedServer(reset);
    expect(await failure(client(server.url).listDatasets())).toMatchObject({
      name: 'ConnectionError',
      stage: 'request',
      retryable: true,
    });
  });

  it('does not try TLS again with a server that speaks none', async () => {
    await using server = await startTcpServer((socket) => {
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    const sender = client(`https://${server.host}`, { retry: { attempts: 5, baseMs: 1 } });
    expect(await failure(sender.listDatasets())).toMatchObject({
      name: 'ConnectionError',
      retryable: false,
      message: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
  });

  it('makes no calls once closed', async () => {
    await using server = await startScriptedServer(json([]));
    const sender = client(server.url, { retry: { attempts: 5, baseMs: 1 } });
    await sender.listDatasets();
    await sender.close();
    expect(await failure(sender.listDatasets())).toMatchObject({ retryable: false });
    expect(server.requests).toHaveLength(1);
  });
});

describe('connections', () => {
  it('keeps to their number; who waits may leave', async () => {
    const first = Promise.withResolvers<void>();
    await using server = await startScriptedServer(
      async (response) => {
        await first.promise;
        response.end('[]');
      },
      json(['second']),
    );
    const sender = client(server.url, { connections: 1 });
    const one = sender.listDatasets();
    const two = sender.listDatasets();
    const stop = new AbortController();
    const three = sender.listDatasets({}, stop.signal);
    stop.abort(new Error('enough'));
    await expect(three).rejects.toThrow('enough');
    expect(server.requests.length).toBeLessThanOrEqual(1);
    first.resolve();
    expect(await one).toEqual([]);
    expect(await two).toEqual(['second']);
    expect(server.requests).toHaveLength(2);
  });
});

describe('redirects', () => {
  it('are followed without the key to another host, and with it to the same', async () => {
    await using other = await startScriptedServer(json(['elsewhere']));
    await using server = await startScriptedServer(
      reply(307, '', { location: '/v0/other?a=1' }),
      reply(302, '', { location: `${other.url}/file?signature=x` }),
    );
    expect(await client(server.url).listDatasets()).toEqual(['elsewhere']);
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/v0/metadata.list_datasets',
      '/v0/other?a=1',
    ]);
    expect(server.requests[1]?.headers.authorization).toMatch(/^Basic /);
    expect(other.requests[0]).toMatchObject({ method: 'GET', url: '/file?signature=x' });
    expect(other.requests[0]?.headers.authorization).toBeUndefined();
  });

  it.each([
    ['forever', '/v0/metadata.list_datasets', 6],
    ['to no URL', 'http://', 1],
    ['to a file', 'file:///etc/hosts', 1],
  ])('do not lead %s', async (_, location, requests) => {
    const redirect = reply(302, '', { location });
    await using server = await startScriptedServer(...Array.from({ length: 9 }, () => redirect));
    expect(await failure(client(server.url).listDatasets())).toMatchObject({
      name: 'UnexpectedAnswerError',
      status: 302,
      retryable: false,
      requestId: 'r-1',
    });
    expect(server.requests).toHaveLength(requests);
  });

  it('do not repeat a form', async () => {
    await using server = await startScriptedServer(reply(307, '', { location: '/v0/other' }));
    const request = { dataset: 'GLBX.MDP3', schema: 'trades', start: '2024-07-01' };
    expect(await failure(client(server.url).getCost(request))).toMatchObject({ status: 307 });
    expect(server.requests).toHaveLength(1);
  });
});

describe('the key', () => {
  const encoded = Buffer.from(`${apiKey}:`).toString('base64');
  const tell = (value: unknown) => inspect(value, { depth: Infinity, showHidden: true });

  it('is in no error, whatever fails', async () => {
    const echoed = `{"detail":"you sent Basic ${encoded}, that is ${apiKey}"}`;
    const detail = { case: 'x', message: apiKey, payload: { sent: [encoded, apiKey] } };
    await using server = await startScriptedServer(
      reply(401, echoed),
      json({ detail }, 422),
      reply(200, echoed),
      reply(500, '', { 'request-id': apiKey }),
      reset,
      (response) => {
        response.writeHead(200).write('[');
        response.destroy();
      },
      reply(302, '', { location: `http://x/${apiKey}:y:z` }),
      silent,
    );
    const timeouts = { headersMs: 50 };
    const sender = client(server.url, { timeouts });
    const errors: DatabentoError[] = [];
    for (let call = 0; call < 8; call++) errors.push(await failure(sender.listDatasets()));
    // Answers with what it is sent, which is no HTTP.
    await using echo = await startTcpServer((socket) => socket.pipe(socket));
    errors.push(await failure(client(`http://${echo.host}`, { timeouts }).listDatasets()));
    errors.push(await failure(client('http://127.0.0.1:9').listDatasets()));
    const texts = errors.flatMap((error) => [
      tell(error),
      tell(error.cause),
      JSON.stringify(error),
      String(error.stack),
    ]);
    for (const text of texts) {
      expect(text).not.toContain(apiKey);
      expect(text).not.toContain(encoded);
    }
    expect(errors[0]?.message).toContain('you sent Basic ***, that is ***789ab');
  });

  it('is not to be seen in the client, nor in what it tells', async () => {
    const warning = JSON.stringify([`Warning: ${apiKey}`]);
    await using server = await startScriptedServer(
      reply(503, apiKey),
      reply(200, '[]', { 'x-warning': warning }),
    );
    const told: unknown[] = [];
    const sender = client(server.url, {
      retry: { attempts: 2, baseMs: 1 },
      onRetry: (report) => told.push(report),
      onWarning: (warning) => told.push(warning),
    });
    await sender.listDatasets();
    expect(told).toHaveLength(2);
    for (const value of [told, sender, sender.batch]) {
      for (const text of [tell(value), JSON.stringify(value)]) {
        expect(text).not.toContain(apiKey);
        expect(text).not.toContain(encoded);
      }
    }
  });
});

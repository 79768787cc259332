/** For tests: an HTTP server on a free port that plays one scripted answer after the other. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Answer = (response: ServerResponse) => void | Promise<void>;

export const reply =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'request-id': 'r-1', ...headers }).end(body);
  };

export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  reply(status, JSON.stringify(value), headers);

/** Drops the connection without an answer. */
export const reset: Answer = (response) => {
  response.destroy();
};

export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  /** In the order of arrival. */
  readonly requests: readonly ReceivedRequest[];
}

/** Starts the server. Requests beyond the script are answered 500. */
export async function startScriptedServer(...script: Answer[]): Promise<ScriptedServer> {
  const requests: ReceivedRequest[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const { method = '', url = '', headers } = request;
    requests.push({ method, url, headers, body });
    await (script[requests.length - 1] ?? reply(500, 'the script is over'))(response);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The client against a server that says what the gateway says. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import { CutAnswerError, GatewayProblem, connectGateway, readRecords } from './index.js';

const PROBLEM = {
  type: 'urn:tapeline:problem:unknown-symbol',
  title: 'A symbol is not known',
  detail: 'ESU9 is not known',
  remedy: 'Ask for ESU4.',
};
const QUERY = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: 'ESU4',
  start: '2024-07-01',
  encoding: 'ndjson',
} as const;

let server: Server;
let url: string;
let seen: IncomingMessage[];
let answer: (reply: ServerResponse, attempt: number) => void;

beforeEach(async () => {
  seen = [];
  server = createServer((request, reply) => {
    seen.push(request);
    answer(reply, seen.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const json = (reply: ServerResponse, body: object, status = 200, headers = {}) =>
  reply
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify(body));

describe('types', () => {
  it('are those of docs/openapi.json; run `npm run docs` if this fails', async () => {
    const document = new URL('../../../docs/openapi.json', import.meta.url);
    const committed = new URL('../src/generated/paths.ts', import.meta.url);
    const types = COMMENT_HEADER + astToString(await openapiTS(document));
    expect(types).toBe(readFileSync(committed, 'utf8'));
  });
});

describe('requests', () => {
  it('carry the key and the parameters', async () => {
    answer = (reply) => json(reply, { jobs: [] });
    const { data } = await connectGateway(url, { key: 'secret' }).GET('/v1/jobs');
    expect(data).toEqual({ jobs: [] });
    expect(seen[0]!.headers.authorization).toBe('Bearer secret');
  });

  it('that are refused throw the problem, once', async () => {
    answer = (reply) => json(reply, PROBLEM, 404);
    const error = await failure(
      connectGateway(url).GET('/v1/timeseries', { params: { query: QUERY } }),
    );
    expect(error).toBeInstanceOf(GatewayProblem);
    expect(error).toMatchObject({
      status: 404,
      kind: 'unknown-symbol',
      message: PROBLEM.detail,
      remedy: PROBLEM.remedy,
    });
    expect(seen).toHaveLength(1);
    expect(new URL(seen[0]!.url!, url).searchParams.get('symbols')).toBe('ESU4');
  });

  it('that a proxy refuses say so', async () => {
    answer = (reply) => reply.writeHead(502).end('<html>Bad gateway');
    expect(await failure(connectGateway(url).GET('/v1/jobs'))).toMatchObject({
      status: 502,
      kind: undefined,
      message: 'the gateway answered 502: <html>Bad gateway',
    });
  });

  it.each([429, 503])('that only read are sent again after %i', async (status) => {
    answer = (reply, attempt) =>
      attempt < 3
        ? json(reply, PROBLEM, status, { 'retry-after': '0' })
        : json(reply, { jobs: [] });
    expect((await connectGateway(url).GET('/v1/jobs')).data).toEqual({ jobs: [] });
    expect(seen).toHaveLength(3);
  });

  it('are given up after so many attempts, or if the wait is too long', async () => {
    answer = (reply) => json(reply, PROBLEM, 503, { 'retry-after': '0' });
    await failure(connectGateway(url, { attempts: 2 }).GET('/v1/jobs'));
    expect(seen).toHaveLength(2);
    answer = (reply) => json(reply, PROBLEM, 429, { 'retry-after': '86400' });
    expect(await failure(connectGateway(url).GET('/v1/jobs'))).toMatchObject({ status: 429 });
    expect(seen).toHaveLength(3);
  });

  it('that command are never sent again', async () => {
    answer = (reply) => json(reply, PROBLEM, 503, { 'retry-after': '0' });
    const path = { id: 'a' };
    await failure(connectGateway(url).POST('/v1/jobs/{id}/approve', { params: { path } }));
    expect(seen).toHaveLength(1);
  });

  it('end with their signal, also while they wait to be sent again', async () => {
    const ending = new AbortController();
    answer = (reply) => {
      json(reply, PROBLEM, 503, { 'retry-after': '20' });
      reply.once('close', () => ending.abort());
    };
    const error = await failure(connectGateway(url).GET('/v1/jobs', { signal: ending.signal }));
    expect(error).toMatchObject({ name: 'AbortError' });
    expect(seen).toHaveLength(1);
  });
});

describe('records', () => {
  const LINES = '{"price":"1.000000001","symbol":"é"}\n{"price":null}\n';
  const bytes = (text: string) => new TextEncoder().encode(text);
  const all = async (pieces: readonly Uint8Array[]) => {
    const records: object[] = [];
    for await (const record of readRecords(ReadableStream.from(pieces))) records.push(record);
    return records;
  };

  it('are the same wherever the answer is split', async () => {
    const answer = bytes(`${LINES}{"count":2,"complete":true}\n`);
    for (let at = 0; at <= answer.length; at++) {
      expect(await all([answer.slice(0, at), answer.slice(at)])).toEqual([
        { price: '1.000000001', symbol: 'é' },
        { price: null },
      ]);
    }
    expect(await all([bytes('{"count":0,"complete":true}\n')])).toEqual([]);
  });

  it('of an answer that breaks off are never taken for all, wherever it does', async () => {
    const answer = bytes(`${LINES}{"count":2,"complete":true}`);
    for (let length = 0; length < answer.length; length++) {
      expect(await failure(all([answer.slice(0, length)]))).toBeInstanceOf(CutAnswerError);
    }
  });

  it.each([
    ['{"count":2,"complete":false,"cut":"max_rows"}', /cut after 2 records by max_rows/],
    ['{"count":3,"complete":true}', /has 2 records and says that it has 3/],
  ])('that are not all fail: %s', async (end, message) => {
    expect(((await failure(all([bytes(`${LINES}${end}\n`)]))) as Error).message).toMatch(message);
  });

  it('come as they are sent; a connection that breaks tells that there are more', async () => {
    let open: ServerResponse | undefined;
    answer = (reply) => {
      open = reply.writeHead(200, { 'content-type': 'application/x-ndjson' });
      open.write(LINES);
    };
    const { data } = await connectGateway(url).GET('/v1/timeseries', {
      params: { query: QUERY },
      parseAs: 'stream',
    });
    const records = readRecords(data!);
    expect((await records.next()).value).toEqual({ price: '1.000000001', symbol: 'é' });
    open!.destroy();
    expect(await failure(records.next())).toBeInstanceOf(CutAnswerError);
  });

  it('that are read no further end the request', async () => {
    let closed: Promise<unknown> | undefined;
    answer = (reply) => {
      closed = once(reply, 'close');
      reply.writeHead(200, { 'content-type': 'application/x-ndjson' }).write(LINES);
    };
    const { data } = await connectGateway(url).GET('/v1/timeseries', {
      params: { query: QUERY },
      parseAs: 'stream',
    });
    for await (const record of readRecords(data!)) {
      expect(record).toBeDefined();
      break;
    }
    await closed;
  });
});

async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

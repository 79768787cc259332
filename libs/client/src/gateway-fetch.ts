import { setTimeout } from 'node:timers/promises';
import { problemOf } from './gateway-problem.js';

export interface GatewayFetchOptions {
  /** Sent as a bearer token. */
  readonly key?: string | undefined;
  /** Of a read that is answered 429 or 503: how often it is sent at most; 3 by default. */
  readonly attempts?: number;
  /** The longest wait that `Retry-After` may ask for, ms; 30,000 by default. Above it the problem is thrown at once. */
  readonly longestWait?: number;
}

/**
 * `fetch` with the gateway's key. Reads (GET) that the gateway puts off are sent again after the time that it names; commands never are.
 * @throws GatewayProblem for every answer that is no success.
 */
export function gatewayFetch({
  key,
  attempts = 3,
  longestWait = 30_000,
}: GatewayFetchOptions = {}): (request: Request) => Promise<Response> {
  return async (request) => {
    if (key !== undefined) request.headers.set('authorization', `Bearer ${key}`);
    const most = request.method === 'GET' ? attempts : 1;
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(request);
      if (response.ok) return response;
      const wait = waitOf(response);
      const problem = await problemOf(response);
      if (attempt >= most || wait === undefined || wait > longestWait) throw problem;
      await setTimeout(wait, undefined, { signal: request.signal });
    }
  };
}

/** How long the gateway asks to wait, ms; undefined if it does not say that the request may come again. */
function waitOf({ status, headers }: Response): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
}

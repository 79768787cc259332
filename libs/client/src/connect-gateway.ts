import createClient from 'openapi-fetch';
import type { Client } from 'openapi-fetch';
import { gatewayFetch } from './gateway-fetch.js';
import type { GatewayFetchOptions } from './gateway-fetch.js';
import type { paths } from './generated/paths.js';

/** The gateway by its addresses: `await gateway.GET('/v1/jobs')`, with the types of docs/openapi.json. */
export type Gateway = Client<paths>;

/**
 * Every method takes `signal`, which ends the request and its query. Large answers are read with `parseAs: 'stream'`:
 * as bytes, or by `readRecords`.
 * @param url of the gateway: `http://127.0.0.1:8080`.
 */
export const connectGateway = (url: string, options: GatewayFetchOptions = {}): Gateway =>
  createClient<paths>({ baseUrl: url, fetch: gatewayFetch(options) });

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { SharedPostgres } from './shared-postgres.js';

declare global {
  var tapelineTestServers: { readonly broker: Server; readonly postgres: SharedPostgres };
}

/**
 * Jest's globalSetup. Test files run in several processes and share one PostgreSQL, which this
 * process starts when the first of them asks over HTTP: a run of unit tests starts none. TEST_POSTGRES_URL names
 * another one instead, by its superuser.
 */
export default async function setup(): Promise<void> {
  const postgres = new SharedPostgres();
  const given = process.env['TEST_POSTGRES_URL'];
  const broker = createServer((_request, response) => {
    (given ? Promise.resolve(given) : postgres.url()).then(
      (url) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => {
    broker.listen(0, '127.0.0.1', resolve);
  });
  const { port } = broker.address() as AddressInfo;
  process.env['TAPELINE_TEST_BROKER'] = `http://127.0.0.1:${port}/`;
  globalThis.tapelineTestServers = { broker, postgres };
}

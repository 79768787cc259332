import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * `/healthz`: the process runs. `/readyz`: 200 if it can do its work, else 503 with the reason.
 * @param trouble why it cannot, or null.
 */
export async function startHealthServer(
  address: { host: string; port: number },
  trouble: () => string | null,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    const known = path === '/readyz' || path === '/healthz';
    const reason = path === '/readyz' ? trouble() : null;
    response.writeHead(known ? (reason === null ? 200 : 503) : 404, {
      'content-type': 'application/json',
      // Whoever started this process can tell it from another one on its port.
      'x-process-id': process.pid,
    });
    response.end(JSON.stringify(reason === null ? { ok: known } : { ok: false, reason }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

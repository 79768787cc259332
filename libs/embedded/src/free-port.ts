import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below the range the kernel hands to outgoing connections (32768 and up on Linux), so that no
// client socket takes the port between the check and its use.
const FIRST_PORT = 20_000;
const LAST_PORT = 32_767;
const ATTEMPTS = 100;

/** A TCP port on 127.0.0.1 that nothing listens on now. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (await canListen(port)) {
      return port;
    }
  }
  throw new Error(
    `No free port found on 127.0.0.1 between ${FIRST_PORT} and ${LAST_PORT}. Stop some servers, or name a port.`,
  );
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

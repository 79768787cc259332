import { rm } from 'node:fs/promises';

import { type NatsServer, startNatsServer } from '@tapeline/embedded';

import { makeTemporaryFolder } from './temporary-folder.js';

/** A nats-server with JetStream of one test file's own. */
export interface TestNats extends AsyncDisposable {
  readonly url: string;
  readonly server: NatsServer;
  /** Kills the server without a word, as a crash would. */
  crash(): Promise<void>;
  /** Starts it again after `crash()`, on the same port and files. */
  revive(): Promise<void>;
  /** Ends the server and removes its files. */
  stop(): Promise<void>;
}

/**
 * Starts an empty nats-server, about 50 ms. Call `stop()` in `afterAll`, or declare it with
 * `await using`.
 */
export async function testNats(): Promise<TestNats> {
  const dataDir = makeTemporaryFolder('nats');
  let server = await startNatsServer({ dataDir, syncAlways: false });
  const stop = async (): Promise<void> => {
    await server.kill('SIGKILL');
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return {
    url: server.url,
    get server() {
      return server;
    },
    crash: () => server.kill('SIGKILL'),
    revive: async () => {
      server = await startNatsServer({ dataDir, syncAlways: false, port: server.port });
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

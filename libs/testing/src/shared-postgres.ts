import { rm } from 'node:fs/promises';

import { type PostgresServer, startPostgres } from '@tapeline/embedded';

import { makeTemporaryFolder } from './temporary-folder.js';

/** A PostgreSQL that starts when it is first asked for and leaves nothing behind. */
export class SharedPostgres {
  #server: Promise<{ server: PostgresServer; folder: string }> | undefined;

  async url(): Promise<string> {
    this.#server ??= start();
    const { server } = await this.#server;
    return server.url;
  }

  async stop(): Promise<void> {
    if (this.#server !== undefined) {
      const { server, folder } = await this.#server;
      await server.kill('SIGQUIT');
      await server.stop();
      await rm(server.dataDir, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    }
  }
}

async function start(): Promise<{ server: PostgresServer; folder: string }> {
  const folder = makeTemporaryFolder('postgres');
  const server = await startPostgres({
    dataDir: folder,
    settings: {
      // A test's database does not outlive the test: no power failure can hurt it.
      fsync: 'off',
      max_connections: 300,
      max_wal_size: '1GB',
      shared_buffers: '128MB',
    },
  });
  return { server, folder };
}

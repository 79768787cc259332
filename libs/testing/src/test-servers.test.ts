import { existsSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import { Client } from 'pg';

import { testDatabase } from './test-database.js';
import { testNats } from './test-nats.js';

async function countTables(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const sql = `SELECT 1 FROM pg_tables WHERE schemaname = 'public'`;
    return (await client.query(sql)).rowCount ?? 0;
  } finally {
    await client.end();
  }
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}

describe('testDatabase', () => {
  it('gives every caller an empty database, and drops it', async () => {
    const first = await testDatabase();
    await execute(first.url, 'CREATE TABLE t (n int)');
    const second = await testDatabase();

    expect(await countTables(first.url)).toBe(1);
    expect(await countTables(second.url)).toBe(0);

    await first.drop();
    await second.drop();
    await expect(countTables(first.url)).rejects.toThrow(/does not exist/u);
  });
});

describe('testNats', () => {
  it('crashes and revives on the same port, and leaves no files', async () => {
    const nats = await testNats();
    const { port, pid } = nats.server;
    await nats.crash();
    expect(nats.server.pid).toBeUndefined();

    await nats.revive();
    expect(nats.server.port).toBe(port);
    expect(nats.server.pid).not.toBe(pid);

    await nats.stop();
    expect(existsSync(nats.server.dataDir)).toBe(false);
  });
});

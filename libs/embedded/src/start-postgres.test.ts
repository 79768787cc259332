import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';

import { processStart } from './process-identity.js';
import { type PostgresServer, startPostgres } from './start-postgres.js';

let folder = '';
const servers: PostgresServer[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapeline-postgres-'));
  // Enterable for the user as whom PostgreSQL runs when this process is root.
  chmodSync(folder, 0o711);
});

afterEach(async () => {
  await Promise.all(
    servers.splice(0).map(async (server) => {
      await server.stop();
      rmSync(server.dataDir, { recursive: true, force: true });
    }),
  );
  rmSync(folder, { recursive: true, force: true });
});

async function start(...parameters: Parameters<typeof startPostgres>): Promise<PostgresServer> {
  const server = await startPostgres(...parameters);
  servers.push(server);
  return server;
}

async function select(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

describe('startPostgres', () => {
  it('keeps its data when the server is killed and started again', async () => {
    const dataDir = join(folder, 'data');
    const first = await start({ dataDir });
    await select(first.url, 'CREATE TABLE held AS SELECT 1 AS n');
    const session = new Client({ connectionString: first.url });
    session.on('error', () => {
      // Killed below.
    });
    await session.connect();
    await first.kill();
    expect(existsSync(join(dataDir, 'cluster', 'postmaster.pid'))).toBe(true);

    const second = await start({ dataDir, settings: { shared_buffers: '64MB' } });
    expect(await select(second.url, 'SELECT n FROM held')).toEqual([1]);
    expect(await select(second.url, 'SHOW shared_buffers')).toEqual(['64MB']);
    expect(await select(second.url, 'SHOW fsync')).toEqual(['on']);
    expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600);
  });

  it('is restarted on the same port after a kill', async () => {
    const server = await start({ dataDir: join(folder, 'data'), restart: true });
    await server.kill();
    const deadline = Date.now() + 20_000;
    while (!server.status().ready && Date.now() < deadline) {
      await new Promise((resolve) => {
        setTimeout(resolve, 10);
      });
    }
    expect(server.status()).toMatchObject({ ready: true, restarts: 1 });
    expect(await select(server.url, 'SELECT 1')).toEqual([1]);
  });

  it('is not misled by a pid file whose number another program has now', async () => {
    const dataDir = join(folder, 'data');
    const first = await start({ dataDir });
    const pidFile = join(dataDir, 'cluster', 'postmaster.pid');
    const lines = readFileSync(pidFile, 'utf8').split('\n');
    await first.stop();
    const stranger = spawn('sleep', ['60']);
    await once(stranger, 'spawn');
    writeFileSync(pidFile, [stranger.pid, ...lines.slice(1)].join('\n'));

    const second = await start({ dataDir });
    expect(await select(second.url, 'SELECT 1')).toEqual([1]);
    expect(processStart(stranger.pid ?? 0)).toBeDefined();
    stranger.kill();
  });

  it('takes over a folder on which an older server still runs', async () => {
    const dataDir = join(folder, 'data');
    const older = await start({ dataDir });
    await select(older.url, 'CREATE TABLE held AS SELECT 2 AS n');
    const newer = await start({ dataDir });
    expect(older.status().state).toBe('stopped');
    expect(await select(newer.url, 'SELECT n FROM held')).toEqual([2]);
  });

  it('creates and drops databases', async () => {
    const server = await start({ dataDir: join(folder, 'data') });
    const url = await server.createDatabase('it"s');
    expect(await select(url, 'SELECT current_database()')).toEqual(['it"s']);
    await server.dropDatabase('it"s');
    await expect(select(url, 'SELECT 1')).rejects.toThrow(/does not exist/u);
  });
});

const { skip } = describe;
const describeAsRoot = process.getuid?.() === 0 ? describe : skip;

describeAsRoot('startPostgres as root (skipped for other users)', () => {
  it('moves where root alone may enter', async () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const dataDir = join(closed, 'data');
    const first = await start({ dataDir });
    expect(first.relocated).toBe(true);
    expect(first.dataDir.startsWith('/var/')).toBe(true);
    await select(first.url, 'CREATE TABLE held AS SELECT 3 AS n');
    await first.stop();

    const second = await start({ dataDir });
    expect(second.dataDir).toBe(first.dataDir);
    expect(await select(second.url, 'SELECT n FROM held')).toEqual([3]);
    await second.kill();

    // Removing the data folder removes the database with it.
    rmSync(dataDir, { recursive: true });
    const third = await start({ dataDir });
    await expect(select(third.url, 'SELECT n FROM held')).rejects.toThrow(/does not exist/u);
    await third.stop();
    rmSync(dataDir, { recursive: true });
    const other = await start({ dataDir: join(closed, 'other') });
    expect(other.dataDir).not.toBe(third.dataDir);
    expect(existsSync(third.dataDir)).toBe(false);
  });
});

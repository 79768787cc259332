/** Backups by pg_dump, of a server of pg_dump's own installation where this machine has one. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, findPostgresPrograms, freePort } from '@tapeline/embedded';
import type { PostgresProgram } from '@tapeline/embedded';
import { migrate, Storage } from '@tapeline/storage';
import { makeTemporaryFolder } from '@tapeline/testing';
import { backUpDatabase } from './back-up-database.js';
import type { BackupManifest } from './backup-manifest.js';
import { restoreDatabase } from './restore-database.js';

const run = promisify(execFile);
const programs = await findPostgresPrograms('pg_dump');
const program: PostgresProgram | undefined = programs.find(
  ({ path, major }) => major >= 15 && existsSync(join(dirname(path), 'initdb')),
);
if (!program) console.warn('pg-dump.test: no PostgreSQL 15 or newer is installed: nothing to test');

/** PostgreSQL does not run as root. */
async function asWhom(folder: string): Promise<Pick<SpawnOptions, 'uid' | 'gid'>> {
  if (process.getuid?.() !== 0) return {};
  const idOf = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout);
  const [uid, gid] = [await idOf('-u'), await idOf('-g')];
  await run('chown', ['-R', `${uid}:${gid}`, folder]);
  return { uid, gid };
}

(program ? describe : describe.skip)(`pg_dump ${program?.version ?? ''}`, () => {
  let folder = '';
  let server: ChildProcess;
  let url = '';

  beforeAll(async () => {
    folder = makeTemporaryFolder('pg-dump');
    chmodSync(folder, 0o755);
    const data = join(folder, 'data');
    mkdirSync(data);
    const user = await asWhom(data);
    const bin = dirname(program!.path);
    await run(join(bin, 'initdb'), ['-D', data, '-U', 'tapeline', '-A', 'trust', '-N'], user);
    const port = await freePort();
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
    server = spawn(
      join(bin, 'postgres'),
      ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
      { ...user, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    await new Promise<void>((resolve, reject) => {
      server.once('exit', () => reject(new Error('PostgreSQL did not start')));
      server.stderr!.on('data', (text: Buffer) => {
        if (text.includes('ready to accept connections')) resolve();
      });
    });
    url = await createDatabase(`postgres://tapeline@127.0.0.1:${port}/postgres`, 'source');
  });
  afterAll(async () => {
    if (server) {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGINT');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it('saves the state of its snapshot, and pg_restore brings it back', async () => {
    await migrate(url);
    const storage = Storage.open({ url, connections: 1 });
    await storage.datasetId('GLBX.MDP3');
    await storage.pool.query(`
      CREATE TABLE trades_p20240701 PARTITION OF trades FOR VALUES FROM ('2024-07-01Z') TO ('2024-07-02Z');
      ALTER TABLE trades ADD COLUMN mid bigint;
      INSERT INTO trades
      SELECT '2024-07-01Z'::timestamptz + i * INTERVAL '1 s', NULL, i % 3, i - 500, 1, i, i, 1, 0, 7, NULL, 0, 0, 1, 'T', 'B', 2 * i
        FROM generate_series(1, 1000) i`);
    const saved = join(folder, 'saved');
    let later: Promise<{ rowCount: number | null }> | undefined;
    const { database, files } = await backUpDatabase({
      url,
      method: undefined,
      folder: saved,
      signal: new AbortController().signal,
      // The first line is told when the snapshot is open and nothing is read yet.
      report: () => void (later ??= storage.pool.query('INSERT INTO trades SELECT * FROM trades')),
    });
    expect((await later)?.rowCount).toBe(1000);
    expect(database).toMatchObject({ method: 'pg_dump', server_major: program!.major });
    expect(files.map(({ name }) => name)).toEqual(['database.dump']);

    await storage.close();
    const other = await createDatabase(url, 'target');
    const manifest = { database } as BackupManifest;
    const order = { url: other, folder: saved, manifest, report: () => undefined };
    const restored = await restoreDatabase(order);
    expect(restored).toEqual({ rows: 1029n, differences: [], migrated: [] });
    await expect(restoreDatabase(order)).rejects.toThrow('is not empty');
  });
});

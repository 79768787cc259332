/** `tapeline backup` and `restore` as people run them, with real servers. */
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseStats, migrate, Storage, writeBatch } from '@tapeline/storage';
import { sampleBatch, SCHEMAS } from '@tapeline/records';
import { makeTemporaryFolder, testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import type { BackupManifest } from './backup-manifest.js';
import { eventsOf, publishEvents } from './event-fixture.js';

const tapeline = fileURLToPath(new URL('../../bin/tapeline.js', import.meta.url));
const run = promisify(execFile);
let folder = '';
let database: TestDatabase;
let nats: TestNats;
let saved = '';
let summary: object = {};

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function command(...args: string[]): Promise<Answer> {
  const env = {
    ...process.env,
    TAPELINE_STATE_DIR: join(folder, 'state'),
    DATABASE_URL: database.url,
    NATS_URL: nats.url,
    ARCHIVE_FOLDER: join(folder, 'no-archive'),
    NODE_OPTIONS: '',
  };
  try {
    return { code: 0, ...(await run(process.execPath, [tapeline, ...args], { env })) };
  } catch (error) {
    return error as Answer & Error;
  }
}

beforeAll(async () => {
  folder = makeTemporaryFolder('backup');
  database = await testDatabase();
  nats = await testNats();
  await migrate(database.url);
  const storage = Storage.open({ url: database.url, connections: 2 });
  for (const name of ['trades', 'mbp-10', 'statistics'] as const) {
    const batch = sampleBatch(SCHEMAS[name], 500);
    batch.indexTimestamps().forEach((_, row, times) => {
      times[row] = 1_719_792_000_000_000_001n + BigInt(row) * 400_000_000_001n;
    });
    await writeBatch(
      storage,
      {
        job_id: 'job',
        attempt: 1,
        chunk_id: name,
        batch_id: `${name}.0`,
        dataset: 'GLBX.MDP3',
        schema: name,
        dbn_version: 3,
        ts_out: false,
        first_ordinal: 0,
        fetched: 500,
        filtered: 0,
        quarantined: 0,
        sha256: 'a'.repeat(64),
        rules_version: 'rules',
        part: 'stored',
      },
      batch,
    );
  }
  await storage.pool.query("INSERT INTO job (job_id, state) VALUES ('unfinished', 'running')");
  await storage.close();
  await publishEvents(nats.url);
  saved = join(folder, 'saved');
  const { code, stdout, stderr } = await command('backup', saved, '--method', 'copy', '--json');
  if (code !== 0) throw new Error(stderr);
  summary = JSON.parse(stdout) as object;
});
afterAll(async () => {
  await Promise.all([database.drop(), nats.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const manifestOf = (backup: string): BackupManifest =>
  JSON.parse(readFileSync(join(backup, 'backup.json'), 'utf8')) as BackupManifest;

it('tells what was saved, and what had not ended', () => {
  expect(summary).toMatchObject({
    method: 'copy',
    rows: 1533,
    events: 15,
    archived_chunks: null,
    unfinished_jobs: ['unfinished'],
  });
});

it('restores every row and event into another database and bus', async () => {
  await using other = await testDatabase();
  await using bus = await testNats();
  const target = ['--into', other.url, '--nats', bus.url];
  const { code, stdout } = await command('restore', saved, ...target, '--json');
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, rows: 1533, differences: [], events: 15 });
  expect(code).toBe(0);
  expect(await eventsOf(bus.url)).toEqual(await eventsOf(nats.url));
  const stats = await Promise.all(
    [database.url, other.url].map(async (url) => {
      const storage = Storage.open({ url, connections: 2 });
      const { schemas, ledger } = await databaseStats(storage, true);
      await storage.close();
      return [schemas.map(({ table, rows, first, last }) => [table, rows, first, last]), ledger];
    }),
  );
  expect(stats[1]).toEqual(stats[0]);
});

it('refuses a database, and a bus, that are not empty, and leaves them as they are', async () => {
  await using other = await testDatabase();
  const full = await command('restore', saved, '--into', database.url, '--no-events');
  expect(full.code).toBe(1);
  expect(full.stderr).toContain('is not empty');
  expect(full.stderr).toContain('--into');
  const busy = await command('restore', saved, '--into', other.url, '--nats', nats.url);
  expect(busy.stderr).toContain('has 15 events already');
  const unnamed = await command('restore', saved, '--into', other.url, '--no-events', '--json');
  expect(JSON.parse(unnamed.stdout)).toMatchObject({ ok: true, events: null });
});

describe('a damaged backup', () => {
  let damaged = '';
  beforeAll(() => {
    damaged = join(folder, 'damaged');
  });
  const restoreDamaged = async (damage: () => void): Promise<Answer> => {
    rmSync(damaged, { recursive: true, force: true });
    cpSync(saved, damaged, { recursive: true });
    damage();
    await using other = await testDatabase();
    // Awaited here: the database is dropped at the end of this function.
    return await command('restore', damaged, '--into', other.url, '--no-events');
  };
  const table = () => join(damaged, 'tables', 'public.trades.copy.zst');

  it.each([
    [
      'has other bytes',
      () => {
        const bytes = readFileSync(table());
        bytes[bytes.length >> 1]! ^= 1;
        writeFileSync(table(), bytes);
      },
      'tables/public.trades.copy.zst has other bytes than were written',
    ],
    [
      'is shorter',
      () => writeFileSync(table(), readFileSync(table()).subarray(0, 100)),
      'tables/public.trades.copy.zst has 100 bytes of',
    ],
    ['lacks a file', () => rmSync(table()), 'tables/public.trades.copy.zst cannot be read'],
    [
      'has no description',
      () => rmSync(join(damaged, 'backup.json')),
      'is no backup: it has no backup.json',
    ],
    [
      'is of a newer version',
      () => {
        const { database: of, ...rest } = manifestOf(damaged);
        const newer = { ...of, migrations: [...of.migrations, 'Migration999'] };
        writeFileSync(join(damaged, 'backup.json'), JSON.stringify({ ...rest, database: newer }));
      },
      'does not know Migration999',
    ],
  ])('that %s is refused', async (_, damage, message) => {
    const { code, stderr } = await restoreDamaged(damage);
    expect(stderr).toContain(message);
    expect(code).toBe(1);
  });

  it('whose rows are others than it says is told, table by table', async () => {
    const { code, stdout, stderr } = await restoreDamaged(() => {
      const manifest = manifestOf(damaged);
      const tables = manifest.database.tables.map((table) =>
        table.name === 'trades' ? { ...table, checksum: '1' } : table,
      );
      writeFileSync(
        join(damaged, 'backup.json'),
        JSON.stringify({ ...manifest, database: { ...manifest.database, tables } }),
      );
    });
    expect(stderr).toBe('');
    expect(stdout).toContain('public.trades differs: 500 rows with checksum 1 were saved');
    expect(stdout).toContain('NOT as it was saved');
    expect(code).toBe(1);
  });
});

it('says which database is not there', async () => {
  const target = ['--into', 'postgres://me:secret@127.0.0.1:1/none', '--no-events'];
  const { code, stdout, stderr } = await command('restore', saved, ...target);
  expect(stdout).toBe('');
  expect(stderr).toMatch(
    /^tapeline: the database at postgres:\/\/me:\*\*\*@127\.0\.0\.1:1\/none cannot be used: .*ECONNREFUSED/,
  );
  expect(code).toBe(1);
});

it('--verify reads a backup without a database', async () => {
  const { code, stdout } = await command('restore', saved, '--verify', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, method: 'copy' });
  expect(code).toBe(0);
});

it('makes no folder of a backup that fails, and touches none that is there', async () => {
  const target = join(folder, 'failed');
  const { code, stderr } = await command('backup', target, '--method', 'pg_dump').then((answer) =>
    // Where a pg_dump fits the server the backup is sound; then it may not be made twice.
    answer.code === 0 ? command('backup', target, '--method', 'pg_dump') : answer,
  );
  expect(code).toBe(1);
  expect(stderr).toMatch(/postgresql-client-\d+|is there and not empty/);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'mine'), 'mine');
  expect((await command('backup', target)).stderr).toContain('is there and not empty');
  expect(readFileSync(join(target, 'mine'), 'utf8')).toBe('mine');
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  expect(existsSync(join(folder, 'no-archive'))).toBe(false);
});

it('db stats tells what is stored', async () => {
  const { stdout } = await command('db', 'stats', '--exact');
  expect(stdout).toMatch(/trades +│ +500 │ GLBX\.MDP3 500/);
  expect(stdout).toContain('ledger: 3 batches, 1,500 records stored; quarantine: empty');
  const json = await command('db', 'stats', '--json');
  const { schemas, ...rest } = JSON.parse(json.stdout) as { schemas: { schema: string }[] };
  expect(rest).toMatchObject({ rows_are: 'estimated', database: { partitioning: 'native' } });
  expect(schemas.find(({ schema }) => schema === 'trades')).toMatchObject({
    chunks: 3,
    compressed_chunks: 0,
    first: '2024-07-01T00:00:00.000000Z',
  });
});

/** Tables out of one database and into another, as `tapeline backup --method copy` does it. */
import { expect, it } from '@jest/globals';
import { sampleBatch, SCHEMA_NAMES, SCHEMAS } from '@tapeline/records';
import { testDatabase } from '@tapeline/testing';
import type { TestDatabase } from '@tapeline/testing';
import { migrate, migrateDown } from '../schema/migrate.js';
import { Storage } from '../storage.js';
import { headerOf, trades } from '../test-batches.js';
import { eachWithStorage } from '../test-storage.js';
import { writeBatch } from '../write/write-batch.js';
import { addMissing } from './add-missing.js';
import { advanceSequences } from './advance-sequences.js';
import { beginRestore, requireKnownMigrations } from './begin-restore.js';
import { contentChecksum } from './content-checksum.js';
import { fillTable, readTable } from './copy-table.js';
import { databaseFacts } from './database-facts.js';
import { ensureDays } from './ensure-days.js';
import { heldDays } from './held-days.js';
import { heldTables, tableKey } from './held-tables.js';
import { openSnapshot } from './open-snapshot.js';
import type { Snapshot } from './open-snapshot.js';

let storage: Storage;
let database: TestDatabase;
eachWithStorage(4, (opened, used) => {
  storage = opened;
  database = used;
});

async function sums(client: Snapshot['client']) {
  const tables = await heldTables(client);
  const entries = [];
  for (const table of tables) {
    entries.push([tableKey(table), await contentChecksum(client, table)] as const);
  }
  return Object.fromEntries(entries);
}

/** Everything of a snapshot into an empty database of the snapshot's schema. */
async function restoreInto(url: string, { client }: Snapshot) {
  await using restore = await beginRestore(url);
  await restore.migrate((await databaseFacts(client)).migrations);
  const tables = await heldTables(client);
  await addMissing(restore.client, tables);
  const target = Storage.open({ url, connections: 1 });
  await ensureDays(target, await heldDays(client));
  await target.close();
  for (const table of tables) await fillTable(restore.client, table, readTable(client, table));
  await advanceSequences(restore.client, tables);
  const restored = await sums(restore.client);
  return { restored, migrated: await restore.migrate() };
}

it('brings every schema with its extreme values, what rules added, and what waits to replace', async () => {
  for (const name of SCHEMA_NAMES) {
    const batch = sampleBatch(SCHEMAS[name], 40);
    // Within one day: a partition a row would take minutes.
    batch.indexTimestamps().forEach((_, row, times) => {
      times[row] = 1_719_792_000_000_000_001n + BigInt(row) * 1_001n;
    });
    await writeBatch(storage, headerOf(batch, name), batch);
  }
  await storage.pool.query(`
    ALTER TABLE trades ADD COLUMN "my ""mid" bigint;
    COMMENT ON COLUMN trades."my ""mid" IS 'price: it''s the middle';
    UPDATE trades SET "my ""mid" = ordinal;
    CREATE TABLE staging.c0ffee (LIKE trades);
    INSERT INTO staging.c0ffee SELECT * FROM trades LIMIT 3;
    CREATE TABLE notes (id serial PRIMARY KEY, text text);
    INSERT INTO notes (text) VALUES ('mine'), (NULL)`);
  await using snapshot = await openSnapshot(database.url);
  const before = await sums(snapshot.client);
  expect(before['public.trades']!.rows).toBe(40n);
  expect(before['staging.c0ffee']!.rows).toBe(3n);

  await using other = await testDatabase();
  const { restored, migrated } = await restoreInto(other.url, snapshot);
  expect(restored).toEqual(before);
  expect(migrated).toEqual([]);

  await using again = await openSnapshot(other.url);
  const { rows } = await again.client.query<{ comment: string }>(
    `SELECT col_description(attrelid, attnum) AS comment FROM pg_attribute
      WHERE attrelid = 'trades'::regclass AND attname = 'my "mid'`,
  );
  expect(rows).toEqual([{ comment: "price: it's the middle" }]);
});

it('numbers new datasets above those that came', async () => {
  await storage.datasetId('A.A');
  await storage.datasetId('B.B');
  await using other = await testDatabase();
  await using snapshot = await openSnapshot(database.url);
  await restoreInto(other.url, snapshot);
  const target = Storage.open({ url: other.url, connections: 1 });
  try {
    expect(await target.datasetId('B.B')).toBe(2);
    expect(await target.datasetId('C.C')).toBe(3);
  } finally {
    await target.close();
  }
});

it('keeps to its snapshot while others write', async () => {
  const batch = trades(10);
  await writeBatch(storage, headerOf(batch, 'before'), batch);
  await using snapshot = await openSnapshot(database.url);
  const before = await sums(snapshot.client);
  await writeBatch(storage, headerOf(batch, 'after'), batch);
  expect(await sums(snapshot.client)).toEqual(before);
  await using other = await testDatabase();
  expect((await restoreInto(other.url, snapshot)).restored).toEqual(before);
});

it('restores an older schema as that, and migrates it then', async () => {
  await using older = await testDatabase();
  const all = await migrate(older.url);
  await migrateDown(older.url, 'Migration1');
  const source = Storage.open({ url: older.url, connections: 2 });
  const batch = trades(10);
  await writeBatch(source, headerOf(batch, 'chunk'), batch);
  await source.close();
  await using snapshot = await openSnapshot(older.url);
  const before = await sums(snapshot.client);

  await using other = await testDatabase();
  const { restored, migrated } = await restoreInto(other.url, snapshot);
  expect(restored).toEqual(before);
  expect(migrated).toEqual(all.slice(1));
  await using after = await openSnapshot(other.url);
  expect((await sums(after.client))['public.trades']).toEqual(before['public.trades']);
});

it('knows what it does not know', () => {
  expect(() => requireKnownMigrations(['Migration1', 'Migration999'])).toThrow(
    'does not know Migration999: a newer one made it',
  );
});

it('lets services wait with their migrations until it is done', async () => {
  await using other = await testDatabase();
  const restore = await beginRestore(other.url);
  let isMigrated = false;
  const service = migrate(other.url).then((applied) => {
    isMigrated = true;
    return applied;
  });
  // The service's session waits for the lock.
  for (let waiting = 0; waiting === 0;) {
    const { rows } = await restore.client.query<{ count: string }>(
      "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    );
    waiting = Number(rows[0]!.count);
  }
  await restore.migrate();
  expect(isMigrated).toBe(false);
  await restore[Symbol.asyncDispose]();
  expect(await service).toEqual([]);
});

/** A database of their own for the tests of this package. */
import { afterEach, beforeEach } from '@jest/globals';
import { testDatabase } from '@tapeline/testing';
import type { TestDatabase } from '@tapeline/testing';
import { migrate } from './schema/migrate.js';
import { Storage } from './storage.js';

/** Gives each test of a file a migrated database that nobody else uses. */
export function eachWithStorage(
  connections: number,
  give: (storage: Storage, database: TestDatabase) => void,
): void {
  let database: TestDatabase;
  let storage: Storage;
  beforeEach(async () => {
    database = await testDatabase();
    await migrate(database.url);
    storage = Storage.open({ url: database.url, connections });
    give(storage, database);
  });
  afterEach(async () => {
    await storage.close();
    await database.drop();
  });
}

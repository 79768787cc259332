import { Storage } from '@tapeline/storage';
import { CliError } from '../cli-error.js';
import { openSource } from '../db/open-servers.js';
import { reachDatabase } from '../db/reach-database.js';

/** PostgreSQL's codes for a table that is not there, and for a role that may not write. */
const EXPLAINED: Readonly<Record<string, string>> = {
  '42P01': "the database has no keys' table: the services make it when they start",
  '42501': 'this role may not write keys: name the database as tapeline_writer in DATABASE_URL',
  '25006': 'this role may only read: name the database as tapeline_writer in DATABASE_URL',
};

/** Runs a task on the database that has the keys. @throws CliError that says what to do. */
export async function withKeys<Result>(
  folder: string | undefined,
  task: (storage: Storage) => Promise<Result>,
): Promise<Result> {
  await using servers = await openSource({ folder, events: false });
  const storage = Storage.open({ url: servers.postgres, connections: 1 });
  try {
    await reachDatabase(servers.postgres, storage.pool.query('SELECT 1'));
    return await task(storage);
  } catch (error) {
    const explanation = EXPLAINED[(error as { code?: string }).code ?? ''];
    if (explanation === undefined) throw error;
    throw new CliError(explanation, { cause: error });
  } finally {
    await storage.close();
  }
}

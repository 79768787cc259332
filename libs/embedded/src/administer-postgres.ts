import { Client, escapeIdentifier } from 'pg';

const CONNECT_TIMEOUT_MS = 2_000;

/** Creates an empty database on the server of `serverUrl` and resolves with its URL. */
export async function createDatabase(serverUrl: string, name: string): Promise<string> {
  await countRows(serverUrl, `CREATE DATABASE ${escapeIdentifier(name)}`);
  return databaseUrl(serverUrl, name);
}

/** Drops a database, ending the sessions in it. None of that name is no error. */
export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await countRows(serverUrl, `DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
}

/** Whether the server of `serverUrl` has a database of that name. */
export async function hasDatabase(serverUrl: string, name: string): Promise<boolean> {
  return (await countRows(serverUrl, 'SELECT 1 FROM pg_database WHERE datname = $1', [name])) > 0;
}

/** The URL of another database of the same server. */
export function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}

// On a connection of its own: CREATE DATABASE is not allowed inside a transaction, and a server
// that is just starting refuses most connections.
async function countRows(
  serverUrl: string,
  sql: string,
  values: readonly string[] = [],
): Promise<number> {
  const client = new Client({
    connectionString: databaseUrl(serverUrl, 'postgres'),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => {
    // The query itself reports a lost connection.
  });
  try {
    await client.connect();
    const result = await client.query(sql, [...values]);
    return result.rowCount ?? 0;
  } finally {
    await client.end();
  }
}

import { Client } from 'pg';

/** One state of the database, for as long as it is open, whatever others write. */
export interface Snapshot extends AsyncDisposable {
  /** Its connection, inside a transaction that only reads. */
  readonly client: Client;
  /** Names the state for other sessions, pg_dump's `--snapshot` among them. */
  readonly id: string;
}

/** @throws the database's errors. A snapshot that is open for long keeps dead rows from being removed. */
export async function openSnapshot(url: string): Promise<Snapshot> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: 'tapeline backup',
    keepAlive: true,
  });
  // A connection that breaks rejects its query; without a listener its event would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows } = await client.query<{ id: string }>('SELECT pg_export_snapshot() AS id');
    return { client, id: rows[0]!.id, [Symbol.asyncDispose]: () => client.end() };
  } catch (error) {
    await client.end();
    throw error;
  }
}

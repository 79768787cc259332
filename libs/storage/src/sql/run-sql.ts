import type { Connection, PoolClient } from 'pg';
import { Client } from 'pg';
import type { Storage } from '../storage.js';
import { requireReader } from './require-reader.js';
import { SqlError, SqlTooLargeError } from './sql-answer.js';
import type { SqlAnswer, SqlLimits } from './sql-answer.js';

const DECLARE = 'DECLARE answer NO SCROLL CURSOR FOR ';

/** Time in which the server may say itself that a statement took too long. */
const GRACE_MS = 500;

const ignoreError = (): void => undefined;

/**
 * Runs a statement that only reads. What is sent to the server is the declaration of a cursor, by the protocol that takes
 * just one statement: so it can be no other than SELECT, VALUES or TABLE. Its transaction is read-only and
 * is rolled back, and its connection is closed, so that nothing that functions of it set stays.
 * @param storage logs in as a role that can do nothing but read.
 * @throws SqlError, SqlTooLargeError, UnsafeSqlRoleError, or what the database says of a connection.
 */
export async function runSql(
  storage: Pick<Storage, 'pool'>,
  sql: string,
  limits: SqlLimits,
  signal: AbortSignal,
): Promise<SqlAnswer> {
  signal.throwIfAborted();
  const client = await storage.pool.connect();
  const stopped = Promise.withResolvers<never>();
  stopped.promise.catch(ignoreError);
  const { stream } = (client as unknown as { connection: Connection }).connection;
  let backend: number | undefined;
  const stop = (error: Error): void => {
    stopped.reject(error);
    if (backend !== undefined) void cancel(storage, backend);
    stream.destroy();
  };
  const late = setTimeout(
    () => stop(new SqlError('the statement took too long', '57014', undefined, undefined, {})),
    limits.milliseconds + GRACE_MS,
  );
  const aborted = (): void => stop(signal.reason as Error);
  signal.addEventListener('abort', aborted, { once: true });
  let bytes = 0;
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    // One value alone may be a gigabyte, so it is counted as it comes.
    if (bytes > limits.bytes) stop(new SqlTooLargeError(`more than ${limits.bytes} bytes`));
  };
  try {
    await requireReader(client);
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    backend = rows[0]!.pid;
    stream.on('data', count);
    return await Promise.race([read(client, sql, limits), stopped.promise]);
  } finally {
    clearTimeout(late);
    signal.removeEventListener('abort', aborted);
    stream.off('data', count);
    client.release(true);
  }
}

async function read(client: PoolClient, sql: string, limits: SqlLimits): Promise<SqlAnswer> {
  await client.query('BEGIN READ ONLY');
  const milliseconds = Math.max(1, Math.floor(limits.milliseconds));
  await client.query(`SET LOCAL statement_timeout = ${milliseconds}`);
  await client.query("SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'");
  try {
    await extended(client, DECLARE + sql);
    const answer = await extended(client, `FETCH FORWARD ${limits.rows + 1} FROM answer`);
    const names = await typeNames(client, answer.fields);
    return {
      columns: answer.fields.map(({ name, dataTypeID }) => ({
        name,
        type: names.get(dataTypeID) ?? 'unknown',
      })),
      rows: answer.rows.slice(0, limits.rows),
      isCut: answer.rows.length > limits.rows,
    };
  } catch (error) {
    throw explained(error);
  }
}

/** Values as text, by the protocol that takes one statement only. */
const extended = (client: PoolClient, text: string) =>
  client.query<(string | null)[]>({
    text,
    queryMode: 'extended',
    rowMode: 'array',
    types: { getTypeParser: () => (value: string) => value },
  } as never);

interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

async function typeNames(
  client: PoolClient,
  fields: readonly Field[],
): Promise<Map<number, string>> {
  const { rows } = await client.query<{ oid: number; typname: string }>(
    'SELECT oid::int8::int4 AS oid, typname FROM pg_catalog.pg_type WHERE oid = ANY($1::oid[])',
    [fields.map(({ dataTypeID }) => dataTypeID)],
  );
  return new Map(rows.map(({ oid, typname }) => [oid, typname]));
}

/** The classes of connections that broke, and of servers that stop: not the statement's fault. */
const NOT_ITS_FAULT = /^(08|57P|58|XX)/;

function explained(error: unknown): unknown {
  const { code, position, hint, message } = error as Record<string, string | undefined>;
  if (!/^[0-9A-Z]{5}$/.test(code ?? '') || NOT_ITS_FAULT.test(code!)) return error;
  const at = position === undefined ? undefined : Number(position) - DECLARE.length;
  return new SqlError(message ?? '', code!, at !== undefined && at > 0 ? at : undefined, hint, {
    cause: error,
  });
}

/** The server notices by itself only when it next sends something that nobody reads. */
async function cancel({ pool }: Pick<Storage, 'pool'>, backend: number): Promise<void> {
  const canceller = new Client(pool.options);
  canceller.on('error', ignoreError);
  try {
    await canceller.connect();
    await canceller.query('SELECT pg_terminate_backend($1)', [backend]);
  } catch {
    // Then the server is gone or full, and its own limit has to do.
  } finally {
    await canceller.end().catch(ignoreError);
  }
}

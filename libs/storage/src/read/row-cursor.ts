import type { SchemaDescription } from '@tapeline/records';
import { Client } from 'pg';
import type { Pool, PoolClient } from 'pg';
import QueryStream from 'pg-query-stream';
import { answerReader } from './answer-field.js';
import type { AnswerRow } from './answer-field.js';
import type { Statement } from './timeseries-statement.js';

/** Rows that the server sends at a time; it computes no more until they are taken. */
const ROWS_PER_FETCH = 1000;

/** Listens to the errors of a connection that its next statement will report. */
export const ignoreError = (): void => undefined;

/** Every value as the text that the server sent. */
const asText = { getTypeParser: () => (text: string) => text };

/** What is used of the cursor within pg-query-stream, whose declarations say nothing of it. */
interface PortalCursor {
  read(count: number, done: (error: Error | null | undefined, rows: AnswerRow[]) => void): void;
}

/**
 * The rows of a statement through a portal of its transaction, at the pace of the reader. It owns the
 * connection: given back to the pool after the last row, thrown away when closed before.
 */
export class RowCursor {
  readonly #cursor: PortalCursor;
  readonly #read: (row: AnswerRow) => AnswerRow;
  #fetched: readonly AnswerRow[] = [];
  #taken = 0;
  #closed: Promise<void> | undefined;
  #finished = false;

  private constructor(
    private readonly pool: Pool,
    private readonly client: PoolClient,
    private readonly backend: number,
    statement: Statement & { readonly schema: SchemaDescription },
  ) {
    this.#read = answerReader(statement.schema);
    // Only its cursor is used: as a stream it waits for ever once the connection is lost.
    const stream = new QueryStream(statement.text, [...statement.values], {
      rowMode: 'array',
      types: asText,
    });
    this.#cursor = client.query(stream).cursor as PortalCursor;
  }

  /** Starts a statement inside the client's open transaction. An abort of `signal` closes it. */
  static async open(
    pool: Pool,
    client: PoolClient,
    statement: Statement & { readonly schema: SchemaDescription },
    signal: AbortSignal,
  ): Promise<RowCursor> {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    signal.throwIfAborted();
    const cursor = new RowCursor(pool, client, rows[0]!.pid, statement);
    signal.addEventListener('abort', () => void cursor.close(), { once: true });
    return cursor;
  }

  /** The next row, or undefined after the last. @throws the database's error, or that of a close. */
  async next(): Promise<AnswerRow | undefined> {
    if (this.#taken === this.#fetched.length) {
      if (this.#finished) return undefined;
      this.#fetched = await this.#fetch();
      this.#taken = 0;
      if (this.#fetched.length === 0) return this.#finish();
    }
    return this.#read(this.#fetched[this.#taken++]!);
  }

  /** Stops the statement on the server, unless all rows were read. May be called at any time. */
  close(): Promise<void> {
    if (this.#finished) return Promise.resolve();
    this.#closed ??= this.#stop();
    return this.#closed;
  }

  #fetch(): Promise<readonly AnswerRow[]> {
    if (this.#closed) return Promise.reject(new Error('the query was stopped before its end'));
    return new Promise((resolve, reject) => {
      this.#cursor.read(ROWS_PER_FETCH, (error, rows) => {
        if (error) reject(error);
        else resolve(rows);
      });
    });
  }

  async #finish(): Promise<undefined> {
    if (this.#closed) throw new Error('the query was stopped before its end');
    this.#finished = true;
    try {
      await this.client.query('COMMIT');
      this.client.off('error', ignoreError);
      this.client.release();
    } catch (error) {
      this.client.release(true);
      throw error;
    }
  }

  async #stop(): Promise<void> {
    // Cancelled first: a server busy with a sort would not notice that its connection is gone. The
    // connection is still ours, so the cancellation cannot hit another's statement.
    const canceller = new Client(this.pool.options);
    canceller.on('error', ignoreError);
    try {
      await canceller.connect();
      await canceller.query('SELECT pg_cancel_backend($1)', [this.backend]);
    } catch {
      // Then the server is gone or full, and the broken connection has to do.
    } finally {
      await canceller.end().catch(ignoreError);
      this.client.release(true);
    }
  }
}

import { CopyDecoder } from '@tapeline/records';
import type { ColumnarBatch, SchemaDescription } from '@tapeline/records';
import { Client } from 'pg';
import type { Connection, Pool, PoolClient } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { RowSymbols, SymbolNames } from './symbol-names.js';

/** Records of a batch. */
const BATCH_ROWS = 2_048;

/** Listens to the errors of a connection that its next statement will report. */
export const ignoreError = (): void => undefined;

/** Records in their order, with the symbol of each. */
export interface RecordBatch {
  readonly batch: ColumnarBatch;
  readonly symbols: RowSymbols;
}

export interface RecordStatement {
  /** `COPY (SELECT …) TO STDOUT (FORMAT binary)` of the schema's columns. */
  readonly text: string;
  readonly schema: SchemaDescription;
  readonly symbolNames: SymbolNames;
}

/**
 * The records of a statement within its transaction, at the pace of the reader: while nothing is asked of it, the
 * server waits. It owns the connection: given back to the pool after the last record, thrown away when closed before.
 */
export class RecordCursor {
  readonly #batches: AsyncGenerator<ColumnarBatch>;
  #closed: Promise<void> | undefined;
  #finished = false;

  private constructor(
    private readonly pool: Pool,
    private readonly client: PoolClient,
    private readonly backend: number,
    private readonly statement: RecordStatement,
  ) {
    this.#batches = decode(client, statement);
  }

  /** Starts a statement inside the client's open transaction. An abort of `signal` closes it. */
  static async open(
    pool: Pool,
    client: PoolClient,
    statement: RecordStatement,
    signal: AbortSignal,
  ): Promise<RecordCursor> {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    signal.throwIfAborted();
    const cursor = new RecordCursor(pool, client, rows[0]!.pid, statement);
    signal.addEventListener('abort', () => void cursor.close(), { once: true });
    return cursor;
  }

  /** The next records, or undefined after the last. @throws the database's error, or that of a close. */
  async next(): Promise<RecordBatch | undefined> {
    if (this.#finished) return undefined;
    const { value: batch, done } = await this.#orClosed(this.#batches.next());
    if (done) return this.#finish();
    const symbols = await this.statement.symbolNames(batch);
    return { batch, symbols };
  }

  /** Stops the statement on the server, unless all records were read. May be called at any time. */
  close(): Promise<void> {
    if (this.#finished) return Promise.resolve();
    this.#closed ??= this.#stop();
    return this.#closed;
  }

  async #orClosed<T>(task: Promise<T>): Promise<T> {
    if (this.#closed) throw new Error('the query was stopped before its end');
    const result = await task;
    if (this.#closed) throw new Error('the query was stopped before its end');
    return result;
  }

  async #finish(): Promise<undefined> {
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
      // What is still under way is not read any more, so the connection would wait for ever to be ended in order.
      (this.client as unknown as { connection: Connection }).connection.stream.destroy();
      this.client.release(true);
    }
  }
}

async function* decode(
  client: PoolClient,
  { text, schema }: RecordStatement,
): AsyncGenerator<ColumnarBatch> {
  const decoder = new CopyDecoder(schema, BATCH_ROWS);
  for await (const piece of client.query(copyTo(text)) as AsyncIterable<Buffer>) {
    yield* decoder.push(piece);
  }
  const last = decoder.finish();
  if (last) yield last;
}

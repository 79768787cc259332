import { Readable } from 'node:stream';
import type { AnswerRow, RowCursor } from '@tapeline/storage';
import type { AnswerFormat } from './answer-format.js';

/** Rows handed on together. */
const ROWS_PER_CHUNK = 256;

/**
 * The answer's bytes at the pace of their reader: while it does not read, no further row is fetched.
 * When the stream is destroyed, by a client that goes away, the statement is stopped.
 */
export class AnswerStream extends Readable {
  #next: AnswerRow | undefined;
  #count = 0;
  #begun = false;

  /** @param first the first row, read before the status was decided; undefined if there is none. */
  constructor(
    private readonly rows: Pick<RowCursor, 'next' | 'close'>,
    first: AnswerRow | undefined,
    private readonly format: AnswerFormat,
  ) {
    super();
    this.#next = first;
  }

  override _read(): void {
    void this.#readChunk();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    void this.#close(error, done);
  }

  async #readChunk(): Promise<void> {
    try {
      if (!this.#begun) {
        this.#begun = true;
        this.push(this.format.head);
        return;
      }
      const rows: AnswerRow[] = [];
      while (this.#next !== undefined && rows.length < ROWS_PER_CHUNK) {
        rows.push(this.#next);
        this.#next = await this.rows.next();
      }
      if (rows.length > 0) this.push(this.format.rows(rows, this.#count === 0));
      this.#count += rows.length;
      if (this.#next === undefined) {
        this.push(this.format.tail(this.#count));
        this.push(null);
      }
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  async #close(error: Error | null, done: (error?: Error | null) => void): Promise<void> {
    let failure = error;
    try {
      await this.rows.close();
    } catch (closing) {
      failure ??= closing as Error;
    }
    done(failure);
  }
}

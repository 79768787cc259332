import { Readable } from 'node:stream';
import type { AnswerRow, RowCursor } from '@tapeline/storage';
import type { AnswerFormat } from './answer-format.js';

/** Characters collected before they are handed on. */
const CHUNK = 64 * 1024;

/**
 * The answer's bytes at the pace of their reader: while it does not read, no further row is fetched.
 * When the stream is destroyed, by a client that goes away, the statement is stopped.
 */
export class AnswerStream extends Readable {
  #pending: string;
  #next: AnswerRow | undefined;
  #count = 0;
  #ended = false;

  /** @param first the first row, read before the status was decided; undefined if there is none. */
  constructor(
    private readonly rows: Pick<RowCursor, 'next' | 'close'>,
    first: AnswerRow | undefined,
    private readonly format: AnswerFormat,
  ) {
    super({ highWaterMark: CHUNK });
    this.#pending = format.head;
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
      while (this.#next !== undefined && this.#pending.length < CHUNK) {
        this.#pending += this.#count === 0 ? '' : this.format.separator;
        this.#pending += this.format.row(this.#next);
        this.#count++;
        this.#next = await this.rows.next();
      }
      if (this.#next === undefined && !this.#ended) {
        this.#ended = true;
        this.#pending += this.format.tail(this.#count);
      }
    } catch (error) {
      this.destroy(error as Error);
      return;
    }
    const chunk = this.#pending;
    this.#pending = '';
    this.push(chunk === '' ? null : chunk);
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

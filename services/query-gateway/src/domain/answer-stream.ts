import { Readable } from 'node:stream';
import type { RecordBatch, RecordCursor } from '@tapeline/storage';
import type { AnswerFormat } from './answer-format.js';

/**
 * The answer's bytes at the pace of their reader: while it does not read, no further record is fetched.
 * When the stream is destroyed, by a client that goes away, the statement is stopped.
 */
export class AnswerStream extends Readable {
  #first: RecordBatch | undefined;
  #count = 0;
  #begun = false;

  /** @param first the first records, read before the status was decided; undefined if there are none. */
  constructor(
    private readonly records: Pick<RecordCursor, 'next' | 'close'>,
    first: RecordBatch | undefined,
    private readonly format: AnswerFormat,
  ) {
    super();
    this.#first = first;
  }

  override _read(): void {
    void this.#readBatch();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    void this.#close(error, done);
  }

  async #readBatch(): Promise<void> {
    try {
      if (!this.#begun) {
        this.#begun = true;
        this.push(this.format.head);
        return;
      }
      const records = this.#first ?? (await this.records.next());
      this.#first = undefined;
      if (records === undefined) {
        this.push(this.format.tail(this.#count));
        this.push(null);
        return;
      }
      const isFirst = this.#count === 0;
      this.#count += records.batch.length;
      this.push(this.format.records(records, isFirst));
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  async #close(error: Error | null, done: (error?: Error | null) => void): Promise<void> {
    let failure = error;
    try {
      await this.records.close();
    } catch (closing) {
      failure ??= closing as Error;
    }
    done(failure);
  }
}

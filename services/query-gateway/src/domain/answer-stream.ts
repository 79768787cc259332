import { Readable } from 'node:stream';
import type { RecordBatch, RecordCursor } from '@tapeline/storage';
import { NO_CAPS, passedCap } from './answer-caps.js';
import type { AnswerCaps } from './answer-caps.js';
import type { AnswerFormat, FramedFormat } from './answer-format.js';

/** A cap of the caller's key ended an answer whose form has no words for it. */
class AnswerCutError extends Error {
  override readonly name = 'AnswerCutError';
}

export interface AnswerStreamOptions {
  readonly caps?: AnswerCaps;
  /** Of a page: where the next one begins. */
  readonly nextCursor?: string | undefined;
}

/**
 * The answer's bytes at the pace of their reader: while it does not read, no further record is fetched.
 * When the stream is destroyed, by a client that goes away, the statement is stopped.
 */
export class AnswerStream extends Readable {
  /** Records written so far. */
  count = 0;
  /** The cap that ended the answer. */
  cut: string | undefined;
  #bytes = 0;
  readonly #pieces: AsyncGenerator<string | Uint8Array>;

  /** @param first the first records, read before the status was decided; undefined if there are none. */
  constructor(
    private readonly records: Pick<RecordCursor, 'next' | 'close'>,
    private readonly first: RecordBatch | undefined,
    format: AnswerFormat,
    private readonly options: AnswerStreamOptions = {},
  ) {
    super();
    this.#pieces = 'write' in format ? format.write(this.#batches(false)) : this.#framed(format);
  }

  override _read(): void {
    void this.#pull();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    void this.#close(error, done);
  }

  async #pull(): Promise<void> {
    try {
      for (;;) {
        const { value, done } = await this.#pieces.next();
        if (done) return void this.push(null);
        this.#bytes += value.length;
        // An empty piece would not have the stream ask for the next.
        if (value.length > 0) return void this.push(value);
      }
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  async *#framed(format: FramedFormat): AsyncGenerator<string | Uint8Array> {
    yield format.head;
    let isFirst = true;
    for await (const records of this.#batches(format.tellsCut)) {
      yield format.records(records, isFirst);
      isFirst = false;
    }
    const { count, cut } = this;
    yield format.tail({ count, cut, nextCursor: this.options.nextCursor });
  }

  /** @throws AnswerCutError where a cap is passed and the format cannot tell. */
  async *#batches(tellsCut: boolean): AsyncGenerator<RecordBatch> {
    const { caps = NO_CAPS } = this.options;
    let records = this.first ?? (await this.records.next());
    for (; records; records = await this.records.next()) {
      const wanted = within(records, caps.maxRows - this.count);
      this.count += wanted.batch.length;
      caps.spendRows(wanted.batch.length);
      if (wanted.batch.length > 0) yield wanted;
      this.cut =
        wanted === records ? passedCap(caps, { rows: this.count, bytes: this.#bytes }) : 'max_rows';
      if (this.cut === undefined) continue;
      if (tellsCut) return;
      throw new AnswerCutError(`the answer was cut at ${this.cut} of its key`);
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

/** The records, or so many of them. */
const within = (records: RecordBatch, most: number): RecordBatch =>
  records.batch.length <= most
    ? records
    : {
        batch: records.batch.slice(0, most),
        symbols: { ...records.symbols, slots: records.symbols.slots.slice(0, most) },
      };

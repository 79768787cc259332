import type { DbnBatch } from './dbn-batch.js';
import { DbnDecoder } from './dbn-decoder.js';
import type { DecoderOptions } from './dbn-decoder.js';
import { DbnError } from './dbn-error.js';
import { decompress } from './decompress.js';
import type { DbnMetadata } from './metadata.js';
import type { DbnRecord } from './record-objects.js';
import type { RecordBlock } from './record-block.js';

/**
 * DBN read from an asynchronous source, zstd or plain: the metadata at once, the records as they come
 * and no faster than they are taken. The records can be taken once: as batches of columns by iterating, as
 * plain objects, or as the source's own bytes.
 */
export class DbnStream implements AsyncIterable<DbnBatch> {
  readonly #decoder: DbnDecoder;
  readonly #bytes: AsyncGenerator<Uint8Array>;
  /** Of the piece that completed the metadata. */
  #firstBatches: readonly DbnBatch[] = [];
  /** That of the first record, in the same piece: for whoever takes the records, the metadata are sound. */
  #firstFault: DbnError | undefined;
  #bytesRead = 0;

  private constructor(source: AsyncIterable<Uint8Array>, options: DecoderOptions) {
    this.#decoder = new DbnDecoder(options);
    this.#bytes = decompress(source);
  }

  /**
   * Reads until the metadata are known.
   * @throws DbnError if the source is no DBN or ends before; the source's own errors as they are.
   */
  static async open(
    source: AsyncIterable<Uint8Array>,
    options: DecoderOptions = {},
  ): Promise<DbnStream> {
    const stream = new DbnStream(source, options);
    try {
      while (!stream.#decoder.metadata) {
        const batches = await stream.#next();
        if (batches) stream.#firstBatches = batches;
      }
      return stream;
    } catch (error) {
      if (stream.#decoder.metadata && error instanceof DbnError) {
        stream.#firstFault = error;
        return stream;
      }
      await stream.close();
      throw error;
    }
  }

  /** Of the source's version, whatever the records are upgraded to. */
  get metadata(): DbnMetadata {
    return this.#decoder.metadata as DbnMetadata;
  }

  /** Uncompressed bytes read so far, metadata included. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** Records of unknown kinds that were left out so far, by rtype. */
  get skipped(): ReadonlyMap<number, number> {
    return this.#decoder.skipped;
  }

  /**
   * The records in columns. The source is released at their end, on an error and when they are not taken to
   * the end. @throws DbnError such as `truncated`; the source's own errors as they are.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<DbnBatch> {
    try {
      let batches: readonly DbnBatch[] | undefined = this.#firstBatches;
      this.#firstBatches = [];
      if (this.#firstFault) throw this.#firstFault;
      while (batches) {
        yield* batches;
        batches = await this.#next();
      }
    } finally {
      await this.close();
    }
  }

  /** The records as plain objects, one by one. Otherwise as iterating. */
  async *records(): AsyncGenerator<DbnRecord> {
    for await (const batch of this) yield* batch.records();
  }

  /** The records as the source's own bytes. Otherwise as iterating. */
  async *blocks(): AsyncGenerator<RecordBlock> {
    for await (const { block } of this) yield block;
  }

  /** Releases the source without reading on; needed only if the records are never asked for. */
  async close(): Promise<void> {
    await this.#bytes.return(undefined);
  }

  /** The records of the next piece, or undefined at an end that is no truncation. */
  async #next(): Promise<DbnBatch[] | undefined> {
    const piece = await this.#bytes.next();
    if (piece.done) {
      this.#decoder.finish();
      return undefined;
    }
    this.#bytesRead += piece.value.length;
    return this.#decoder.push(piece.value);
  }
}

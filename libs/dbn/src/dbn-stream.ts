import { DbnDecoder } from './dbn-decoder.js';
import type { DbnDecoderOptions, RecordBlock } from './dbn-decoder.js';
import { decompress } from './decompress.js';
import type { DbnMetadata } from './metadata.js';

/**
 * DBN read from an asynchronous source, zstd or plain: the metadata at once, the records as they come
 * and no faster than they are taken.
 */
export class DbnStream {
  readonly #decoder: DbnDecoder;
  readonly #bytes: AsyncGenerator<Uint8Array>;
  /** Of the piece that completed the metadata. */
  #firstBlocks: readonly RecordBlock[] = [];
  #bytesRead = 0;

  private constructor(source: AsyncIterable<Uint8Array>, options: DbnDecoderOptions) {
    this.#decoder = new DbnDecoder(options);
    this.#bytes = decompress(source);
  }

  /**
   * Reads until the metadata are known.
   * @throws DbnError if the source is no DBN or ends before; the source's own errors as they are.
   */
  static async open(
    source: AsyncIterable<Uint8Array>,
    options: DbnDecoderOptions = {},
  ): Promise<DbnStream> {
    const stream = new DbnStream(source, options);
    try {
      while (!stream.#decoder.metadata) {
        const blocks = await stream.#next();
        if (blocks) stream.#firstBlocks = blocks;
      }
      return stream;
    } catch (error) {
      await stream.close();
      throw error;
    }
  }

  get metadata(): DbnMetadata {
    return this.#decoder.metadata as DbnMetadata;
  }

  /** Uncompressed bytes read so far, metadata included. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /**
   * The records, once. The source is released at their end, on an error and when they are not taken to
   * the end. @throws DbnError such as `truncated`; the source's own errors as they are.
   */
  async *blocks(): AsyncGenerator<RecordBlock> {
    try {
      let blocks: readonly RecordBlock[] | undefined = this.#firstBlocks;
      this.#firstBlocks = [];
      while (blocks) {
        yield* blocks;
        blocks = await this.#next();
      }
    } finally {
      await this.close();
    }
  }

  /** Releases the source without reading on; needed only if {@link blocks} is never called. */
  async close(): Promise<void> {
    await this.#bytes.return(undefined);
  }

  /** The records of the next piece, or undefined at an end that is no truncation. */
  async #next(): Promise<RecordBlock[] | undefined> {
    const piece = await this.#bytes.next();
    if (piece.done) {
      this.#decoder.finish();
      return undefined;
    }
    this.#bytesRead += piece.value.length;
    return this.#decoder.push(piece.value);
  }
}

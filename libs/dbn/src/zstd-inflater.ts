import { createZstdDecompress } from 'node:zlib';
import { DbnCorruptError, DbnError, DbnTruncatedError } from './dbn-error.js';
import { ZstdFrames } from './zstd-frames.js';

/** Smaller chunks cost more calls, larger ones more garbage: measured with `npm run bench -- dbn`. */
const CHUNK_BYTES = 256 * 1024;

/**
 * A zstd decompressor that is pulled: it takes a piece of input and gives what came out of it before it
 * wants another, so it holds no more than a few chunks of output.
 */
export class ZstdInflater {
  readonly #stream = createZstdDecompress({ chunkSize: CHUNK_BYTES });
  readonly #frames = new ZstdFrames();
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  constructor() {
    this.#stream.on('readable', () => this.#wake());
    this.#stream.on('error', (error) => {
      this.#failure = error;
      this.#wake();
    });
  }

  /** What these compressed bytes decompress to. @throws DbnError corrupt_zstd */
  async *write(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    this.#frames.push(bytes);
    yield* this.#drain((done) => this.#stream.write(bytes, done));
  }

  /** What is left at the end of the input. @throws DbnError truncated_zstd or corrupt_zstd */
  async *end(): AsyncGenerator<Uint8Array> {
    this.#frames.finish();
    yield* this.#drain((done) => this.#stream.end(done));
  }

  destroy(): void {
    this.#stream.destroy();
  }

  async *#drain(start: (done: (error?: Error | null) => void) => void): AsyncGenerator<Uint8Array> {
    let isDone = false;
    start((error) => {
      isDone = true;
      if (error) this.#failure = error;
      this.#wake();
    });
    for (;;) {
      const output = this.#stream.read() as Buffer | null;
      if (this.#failure) throw describe(this.#failure);
      if (output) {
        yield output;
      } else if (isDone) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

function describe(cause: Error): DbnError {
  if ((cause as NodeJS.ErrnoException).code === 'Z_BUF_ERROR') {
    return new DbnTruncatedError(
      'truncated_zstd',
      'the zstd stream ends inside a frame; fetch it again',
      {
        cause,
      },
    );
  }
  return new DbnCorruptError(
    'corrupt_zstd',
    `the zstd stream cannot be decompressed: ${cause.message}; fetch it again`,
    { cause },
  );
}

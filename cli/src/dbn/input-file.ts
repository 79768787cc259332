import { createReadStream, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { CliError } from '../cli-error.js';

/** Larger pieces make larger batches of uncompressed files. */
const CHUNK_BYTES = 1024 * 1024;
const ZSTD_MAGIC = '28b52ffd';

/** The bytes of a file, or of standard input for `-`, and how many of them have been read. */
export class InputFile implements AsyncIterable<Uint8Array> {
  #source: Readable | undefined;
  #bytesRead = 0;
  #isZstd = false;

  private constructor(
    readonly path: string,
    /** Bytes of the file; undefined where that is not known before the end. */
    readonly size: number | undefined,
  ) {}

  /** @throws CliError if there is no such file. */
  static open(path: string): InputFile {
    if (path === '-') return new InputFile(path, undefined);
    try {
      const stat = statSync(path);
      if (stat.isDirectory()) {
        throw new CliError(`${path} is a folder; give one .dbn or .dbn.zst file`);
      }
      return new InputFile(path, stat.isFile() ? stat.size : undefined);
    } catch (error) {
      if (error instanceof CliError) throw error;
      throw new CliError(`cannot read ${path}: ${reasonOf(error)}`, { cause: error });
    }
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** Whether the bytes read so far begin as zstd does. */
  get isZstd(): boolean {
    return this.#isZstd;
  }

  /** Releases the file, also while a read of it waits for more. */
  close(): void {
    this.#source?.destroy();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const source =
      this.path === '-'
        ? process.stdin
        : createReadStream(this.path, { highWaterMark: CHUNK_BYTES });
    this.#source = source;
    for await (const chunk of source as AsyncIterable<Buffer>) {
      if (this.#bytesRead === 0) this.#isZstd = chunk.toString('hex', 0, 4) === ZSTD_MAGIC;
      this.#bytesRead += chunk.length;
      yield chunk;
    }
  }
}

/** What the operating system says, in words where it is known. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (code === 'EACCES' || code === 'EPERM') return 'permission is denied';
  if (code === 'ENOSPC') return 'the disk is full';
  return message;
}

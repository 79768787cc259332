import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ArchiveError } from './archive-error.js';
import { explainFileError, onDisk, unlessAbsent } from './explain-file-error.js';
import { syncFolder } from './write-durably.js';

/** What a part came to. */
export interface WrittenPart {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/**
 * Takes the bytes of one response as they arrive. What `write` has resolved for survives the death of
 * this process; what `end` has resolved for, that of the machine. `end` must be called, whatever happens.
 */
export class PartWriter {
  /** Number of the part among those of the chunk, from 0. */
  readonly part: number;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #inode: number;
  readonly #hash = createHash('sha256');
  #bytes = 0;
  #failure: unknown;
  #ended: Promise<WrittenPart | undefined> | undefined;

  private constructor(part: number, path: string, handle: FileHandle, inode: number) {
    this.part = part;
    this.#path = path;
    this.#handle = handle;
    this.#inode = inode;
  }

  /** @throws ArchiveError (`busy`) if the part is there already, since another process begins it too. */
  static async open(part: number, path: string): Promise<PartWriter> {
    try {
      const handle = await open(path, 'ax');
      return new PartWriter(part, path, handle, (await handle.stat()).ino);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw foreign(path, error);
      throw explainFileError(error, 'cannot create', path);
    }
  }

  /**
   * Appends; resolves when more may come. One call at a time.
   * @throws ArchiveError, after which the part takes no more and stays as it is.
   */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#failure !== undefined || this.#ended) {
      throw new ArchiveError(`${this.#path} takes no more: it has failed or ended before`, {
        code: 'invalid',
        where: this.#path,
        cause: this.#failure,
      });
    }
    try {
      await this.#requireOwn();
      await this.#handle.appendFile(bytes);
    } catch (error) {
      this.#failure = error;
      // Told already, and the file may not stay open.
      await this.end().catch(() => undefined);
      throw explainFileError(error, 'cannot write', this.#path);
    }
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
  }

  /**
   * Declares that no more will come, be the response whole or cut, and brings the bytes to the disk. May be
   * called again, and after a failed `write`: then the part has what reached the file, perhaps a piece of the
   * last write, and undefined is returned.
   * @throws ArchiveError
   */
  end(): Promise<WrittenPart | undefined> {
    this.#ended ??= onDisk('cannot finish', this.#path, async () => {
      {
        await using handle = this.#handle;
        await handle.sync();
      }
      if ((await unlessAbsent(syncFolder(dirname(this.#path)))) === undefined) {
        throw foreign(this.#path);
      }
      if (this.#failure !== undefined) return undefined;
      return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
    });
    return this.#ended;
  }

  /** Once a part is stored its file has another name, and it must not change any more. */
  async #requireOwn(): Promise<void> {
    const found = await unlessAbsent(stat(this.#path));
    if (found?.ino !== this.#inode || found.nlink !== 1 || found.size !== this.#bytes) {
      throw foreign(this.#path);
    }
  }
}

const foreign = (path: string, cause?: unknown): ArchiveError =>
  new ArchiveError(`another process writes to ${path}: only one may fetch a chunk at a time`, {
    code: 'busy',
    where: path,
    cause,
  });

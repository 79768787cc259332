import { constants } from 'node:fs';
import {
  access,
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ArchiveError } from './archive-error.js';
import { onDisk, unlessAbsent } from './explain-file-error.js';
import { readFile as readPieces } from './read-file.js';
import type { LocalFile, Store, StoredFile } from './store.js';
import { syncFolder, writeDurably } from './write-durably.js';

/** What file systems without hard links answer, and those of which the spool is on another one. */
const CANNOT_LINK = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** Chunks in a folder of this machine. */
export class FolderStore implements Store {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  where(name: string): string {
    return join(this.#root, name);
  }

  /** Without copying where the file system can: the spool's file gets a second name. */
  putFile(name: string, { path, bytes }: LocalFile): Promise<void> {
    const target = this.where(name);
    return onDisk('cannot store', target, async () => {
      await this.#makeFolders(name);
      const temporary = `${target}.tmp`;
      await rm(temporary, { force: true });
      await linkOrCopy(path, temporary);
      const { size } = await stat(temporary);
      if (size !== bytes) {
        throw new ArchiveError(`${path} has ${size} bytes and had ${bytes}: who wrote to it?`, {
          code: 'busy',
          where: path,
        });
      }
      await rename(temporary, target);
      // A rename between two names of the same file does nothing.
      await rm(temporary, { force: true });
      await syncFolder(dirname(target));
    });
  }

  putText(name: string, text: string): Promise<void> {
    const target = this.where(name);
    return onDisk('cannot write', target, async () => {
      await this.#makeFolders(name);
      await writeDurably(target, text);
    });
  }

  getText(name: string): Promise<string | undefined> {
    const path = this.where(name);
    return onDisk('cannot read', path, async () => {
      const text = await unlessAbsent(readFile(path, 'utf8'));
      // On a disk that was unmounted no chunk is known to be missing.
      if (text === undefined) await this.#requireRoot();
      return text;
    });
  }

  read(name: string): AsyncIterable<Uint8Array> {
    return readPieces(this.where(name));
  }

  async *list(below = ''): AsyncGenerator<StoredFile> {
    if (below === '') await this.#requireRoot();
    const folder = this.where(below);
    const entries = await onDisk('cannot list', folder, () =>
      unlessAbsent(readdir(folder, { withFileTypes: true })),
    );
    for (const entry of (entries ?? []).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = join(below, entry.name);
      if (entry.isDirectory()) {
        yield* this.list(name);
      } else {
        const path = this.where(name);
        const found = await onDisk('cannot list', path, () => unlessAbsent(stat(path)));
        if (found) yield { name, bytes: found.size };
      }
    }
  }

  remove(name: string): Promise<void> {
    const path = this.where(name);
    return onDisk('cannot remove', path, () => rm(path, { force: true }));
  }

  close(): void {}

  async #requireRoot(): Promise<void> {
    await onDisk('cannot read', this.#root, () => access(this.#root));
  }

  /** The file's folders, on the disk up to the root. */
  async #makeFolders(name: string): Promise<void> {
    const made = await mkdir(dirname(this.where(name)), { recursive: true });
    if (made === undefined) return;
    for (let below = dirname(name); below !== '.'; below = dirname(below)) {
      await syncFolder(this.where(below));
    }
    await syncFolder(this.#root);
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!CANNOT_LINK.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    await using handle = await open(to, 'r');
    await handle.sync();
  }
}

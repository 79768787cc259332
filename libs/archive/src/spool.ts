import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile as readWhole, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ArchiveError } from './archive-error.js';
import { chunkPlace } from './chunk-key.js';
import type { ChunkKey } from './chunk-key.js';
import { completeChunk } from './complete-chunk.js';
import type { PartCounts } from './complete-chunk.js';
import { onDisk, unlessAbsent } from './explain-file-error.js';
import type { Manifest } from './manifest.js';
import { PartWriter } from './part-writer.js';
import { readFile } from './read-file.js';
import type { Store } from './store.js';
import { syncFolder, writeDurably } from './write-durably.js';

/** What an earlier attempt received of a chunk in one response, whole or cut. */
export interface SpooledPart {
  /** Number of the part among those of the chunk, from 0. */
  readonly part: number;
  readonly bytes: number;
  /** The bytes as received, from the first, read as fast as they are taken. */
  read(): AsyncIterable<Uint8Array>;
}

const PART = /^(\d+)\.dbn\.zst\.part$/;

/**
 * Where the bytes of one chunk are kept while it is received, also across the death of the process. The
 * caller sees to it that one process at a time has it; should another step in, this one fails with `busy`.
 */
export class Spool {
  readonly #key: ChunkKey;
  readonly #folder: string;
  readonly #store: Store;
  readonly #token = randomUUID();
  #parts: readonly SpooledPart[];
  #writers: PartWriter[] = [];
  #isClaimed = false;

  private constructor(key: ChunkKey, folder: string, store: Store, parts: readonly SpooledPart[]) {
    this.#key = key;
    this.#folder = folder;
    this.#store = store;
    this.#parts = parts;
  }

  /** @throws ArchiveError */
  static async open(key: ChunkKey, root: string, store: Store): Promise<Spool> {
    chunkPlace(key);
    const folder = spoolFolder(root, key);
    return new Spool(key, folder, store, await listParts(folder));
  }

  /** What earlier attempts left, in the order in which it was asked for. Those of this one are not added. */
  get parts(): readonly SpooledPart[] {
    return this.#parts;
  }

  /** Begins the next part: the bytes of one more response. @throws ArchiveError */
  async begin(): Promise<PartWriter> {
    await this.#claim();
    const part = this.#parts.length + this.#writers.length;
    const writer = await PartWriter.open(part, join(this.#folder, partFile(part)));
    this.#writers.push(writer);
    return writer;
  }

  /**
   * Puts the chunk into the archive, in place of one that may be there, and empties the spool. Parts that
   * `counts` does not name are dropped. Whatever happens on the way, the archive has the chunk as before or
   * whole as now, and the call, also in a later process, can be made again.
   * @throws ArchiveError
   */
  async complete(counts: readonly PartCounts[]): Promise<Manifest> {
    const target = { store: this.#store, folder: this.#folder, key: this.#key };
    if (this.#isEmpty) return completeChunk(target, [], counts);
    await this.#claim();
    const written = await Promise.all(this.#writers.map((writer) => writer.end()));
    const found = await listParts(this.#folder);
    const files = found.map(({ part }) => ({
      path: join(this.#folder, partFile(part)),
      written: written[part - this.#parts.length],
    }));
    const manifest = await completeChunk(target, files, counts);
    await this.#empty();
    return manifest;
  }

  /** Forgets everything received of the chunk; it may begin anew. @throws ArchiveError */
  async discard(): Promise<void> {
    if (this.#isEmpty) return;
    await this.#claim();
    await Promise.all(this.#writers.map((writer) => writer.end()));
    await this.#empty();
  }

  /** Nothing was received, as far as this process knows. */
  get #isEmpty(): boolean {
    return !this.#isClaimed && this.#parts.length === 0;
  }

  async #empty(): Promise<void> {
    await removeSpool(this.#folder);
    this.#parts = [];
    this.#writers = [];
    this.#isClaimed = false;
  }

  /** Takes the spool the first time, later makes sure that nobody else has. */
  async #claim(): Promise<void> {
    const path = join(this.#folder, OWNER_FILE);
    if (this.#isClaimed) {
      const text = await onDisk('cannot read', path, () => unlessAbsent(readWhole(path, 'utf8')));
      if (text?.startsWith(this.#token)) return;
      throw taken(this.#folder, text?.trim().slice(this.#token.length + 1) ?? 'that emptied it');
    }
    const found = await listParts(this.#folder);
    if (
      found.length !== this.#parts.length ||
      found.some(({ bytes }, index) => bytes !== this.#parts[index]?.bytes)
    ) {
      throw taken(this.#folder, 'that writes to it');
    }
    await onDisk('cannot write', this.#folder, async () => {
      await mkdir(this.#folder, { recursive: true });
      await writeDurably(path, `${this.#token} ${process.pid} on ${hostname()}\n`);
      await syncFolder(join(this.#folder, '..'));
    });
    this.#isClaimed = true;
  }
}

const OWNER_FILE = 'owner';

const partFile = (part: number): string => `${part}.dbn.zst.part`;

/** Where the parts of a chunk are while it is fetched. */
export const spoolFolder = (root: string, { chunkId }: ChunkKey): string =>
  join(root, 'spool', chunkId);

/** Ending of the names of spools that are being removed. */
const REMOVED = '.removed';

/** Removes a spool: a death on the way leaves it, or what `sweepSpools` removes, never some of its parts. */
export function removeSpool(folder: string): Promise<void> {
  return onDisk('cannot remove', folder, async () => {
    const doomed = `${folder}.${randomUUID()}${REMOVED}`;
    await unlessAbsent(rename(folder, doomed));
    await rm(doomed, { recursive: true, force: true });
  });
}

/** Removes what a death while a spool was removed has left. */
export function sweepSpools(root: string): Promise<void> {
  const folder = join(root, 'spool');
  return onDisk('cannot remove', folder, async () => {
    const names = (await unlessAbsent(readdir(folder))) ?? [];
    for (const name of names.filter((name) => name.endsWith(REMOVED))) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  });
}

const byNumber = (a: string, b: string): number => Number.parseInt(a, 10) - Number.parseInt(b, 10);

async function listParts(folder: string): Promise<readonly SpooledPart[]> {
  const names = await onDisk('cannot list', folder, () => unlessAbsent(readdir(folder)));
  const files = (names ?? []).filter((name) => PART.test(name)).toSorted(byNumber);
  return Promise.all(
    files.map(async (name, part) => {
      const path = join(folder, name);
      if (name !== partFile(part)) {
        throw new ArchiveError(`${join(folder, partFile(part))} is missing: remove ${folder}`, {
          code: 'damaged',
          where: folder,
        });
      }
      const { size } = await onDisk('cannot read', path, () => stat(path));
      return { part, bytes: size, read: () => readFile(path) };
    }),
  );
}

const taken = (folder: string, by: string): ArchiveError =>
  new ArchiveError(`the spool ${folder} has been taken by another process (${by})`, {
    code: 'busy',
    where: folder,
  });

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkedBytes } from './checked-bytes.js';
import { chunkPlace, parseStoredName } from './chunk-key.js';
import type { ChunkKey } from './chunk-key.js';
import { onDisk, unlessAbsent } from './explain-file-error.js';
import { MANIFEST_FILE, parseManifest } from './manifest.js';
import type { Manifest, PartRecord } from './manifest.js';
import { removeSpool, Spool, spoolFolder } from './spool.js';
import type { Store } from './store.js';
import { verifyStore } from './verify-store.js';
import type { Finding, VerifyOptions } from './verify-store.js';

/** One response of an archived chunk. */
export interface ArchivedPart extends PartRecord {
  /**
   * The bytes as received, read as fast as they are taken; size and sha256 are checked at the end.
   * @throws ArchiveError, `damaged` where they are others than those received.
   */
  read(): AsyncIterable<Uint8Array>;
}

/** A chunk whose bytes are all kept. */
export interface ArchivedChunk {
  readonly manifest: Manifest;
  readonly parts: readonly ArchivedPart[];
  /** Of all parts. */
  readonly records: number;
}

/** Databento's bytes as received, kept once for each chunk. Every method throws ArchiveError. */
export class Archive {
  readonly #folder: string;
  readonly #store: Store;

  /** Made by `openArchive`. */
  constructor(folder: string, store: Store) {
    this.#folder = folder;
    this.#store = store;
  }

  /** Whether the chunk is there: then it need not be requested. */
  async has(key: ChunkKey): Promise<boolean> {
    return (await this.find(key)) !== undefined;
  }

  /** The chunk, or undefined if it is not there. @throws ArchiveError, `damaged` if its manifest is. */
  async find(key: ChunkKey): Promise<ArchivedChunk | undefined> {
    const place = chunkPlace(key);
    const name = `${place}/${MANIFEST_FILE}`;
    const text = await this.#store.getText(name);
    if (text === undefined) return undefined;
    const chunk = this.open(parseManifest(text, place, this.#store.where(name)));
    await this.#removeCompletedSpool(key, text);
    return chunk;
  }

  /** A chunk whose manifest `list` gave. */
  open(manifest: Manifest): ArchivedChunk {
    const place = chunkPlace({ chunkId: manifest.chunkId, request: manifest });
    const parts = manifest.parts.map((part) => {
      const name = `${place}/${part.file}`;
      const where = this.#store.where(name);
      return { ...part, read: () => checkedBytes(this.#store.read(name), part, where) };
    });
    return { manifest, parts, records: manifest.records };
  }

  /** Where the chunk is received, with what earlier attempts left. One process at a time may use it. */
  spool(key: ChunkKey): Promise<Spool> {
    return Spool.open(key, this.#folder, this.#store);
  }

  /** The manifests of all chunks, from which an index can be built anew. @throws at one that is damaged. */
  async *list(): AsyncGenerator<Manifest> {
    for await (const { name } of this.#store.list()) {
      const stored = parseStoredName(name);
      if (stored?.file !== MANIFEST_FILE) continue;
      const text = await this.#store.getText(name);
      if (text !== undefined) yield parseManifest(text, stored.place, this.#store.where(name));
    }
  }

  /**
   * Reads every byte and compares it with what was received: one finding for each chunk. A chunk that is
   * completed at the same time may be found without a manifest.
   */
  verify(options: VerifyOptions = {}): AsyncGenerator<Finding> {
    return verifyStore(this.#store, options);
  }

  /** Ends connections. */
  close(): void {
    this.#store.close();
  }

  /** Removes the spool of exactly this manifest: the process died between putting it and removing that. */
  async #removeCompletedSpool(key: ChunkKey, text: string): Promise<void> {
    const folder = spoolFolder(this.#folder, key);
    const path = join(folder, MANIFEST_FILE);
    const plan = await onDisk('cannot read', path, () => unlessAbsent(readFile(path, 'utf8')));
    if (plan === text) await removeSpool(folder);
  }
}

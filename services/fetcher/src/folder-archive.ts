import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hashFile } from './hash-file.js';
import type {
  ArchivedChunk,
  ArchiveKey,
  ArchiveSpool,
  ChunkArchive,
  PartCounts,
} from './domain/receive/chunk-archive.js';
import type { PartWriter } from './domain/receive/chunk-spool.js';

/** What is kept of a chunk beside its bytes. */
export interface Manifest {
  readonly version: 1;
  readonly chunk_id: string;
  readonly request: ArchiveKey['request'];
  readonly records: number;
  readonly parts: readonly {
    readonly file: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly records: number;
    readonly skip: number;
  }[];
  readonly completed_at: string;
}

const MANIFEST = 'manifest.json';
const PART = /^\d{4}\.dbn\.zst$/;
const partName = (index: number): string => `${String(index).padStart(4, '0')}.dbn.zst`;

/**
 * The archive in a folder: `<dataset>/<schema>/<chunk>/0000.dbn.zst` and `manifest.json`. What is still being
 * received lies under `spool/<chunk>`, as it came, so that a killed fetcher goes on where it was; one rename
 * makes it part of the archive.
 */
export class FolderArchive implements ChunkArchive {
  constructor(private readonly folder: string) {}

  async has(key: ArchiveKey): Promise<boolean> {
    return (await this.manifest(key)) !== undefined;
  }

  async find(key: ArchiveKey): Promise<ArchivedChunk | undefined> {
    const manifest = await this.manifest(key);
    if (!manifest) return undefined;
    const home = this.home(key);
    return {
      records: manifest.records,
      parts: manifest.parts.map(({ file }) => ({ read: () => createReadStream(join(home, file)) })),
    };
  }

  async spool(key: ArchiveKey): Promise<ArchiveSpool> {
    const folder = join(this.folder, 'spool', key.chunkId);
    await mkdir(folder, { recursive: true });
    const files = (await readdir(folder)).filter((name) => PART.test(name)).toSorted();
    let next = files.length;
    return {
      parts: files.map((file) => ({ read: () => createReadStream(join(folder, file)) })),
      begin: () => beginPart(join(folder, partName(next++))),
      discard: async () => {
        await rm(folder, { recursive: true, force: true });
        await mkdir(folder, { recursive: true });
        next = 0;
      },
      complete: (records, counts) => this.complete(key, folder, records, counts),
    };
  }

  private async complete(
    key: ArchiveKey,
    spool: string,
    records: number,
    counts: readonly PartCounts[],
  ): Promise<void> {
    const files = (await readdir(spool)).filter((name) => PART.test(name)).toSorted();
    const parts = await Promise.all(
      files.map(async (file, index) => ({
        file,
        ...(await hashFile(join(spool, file))),
        records: counts[index]?.records ?? 0,
        skip: counts[index]?.skip ?? 0,
      })),
    );
    const manifest: Manifest = {
      version: 1,
      chunk_id: key.chunkId,
      request: key.request,
      records,
      parts,
      completed_at: Temporal.Now.instant().toString(),
    };
    const draft = join(spool, `${MANIFEST}.draft`);
    await writeFile(draft, `${JSON.stringify(manifest, null, 2)}\n`);
    await rename(draft, join(spool, MANIFEST));
    const home = this.home(key);
    await mkdir(dirname(home), { recursive: true });
    await rename(spool, home);
  }

  private async manifest(key: ArchiveKey): Promise<Manifest | undefined> {
    try {
      return JSON.parse(await readFile(join(this.home(key), MANIFEST), 'utf8')) as Manifest;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Names come from checked commands: no slash is in them. */
  private home({ chunkId, request }: ArchiveKey): string {
    return join(this.folder, request.dataset, request.schema, chunkId);
  }
}

async function beginPart(path: string): Promise<PartWriter> {
  const file = await open(path, 'w');
  return {
    write: async (bytes) => {
      await file.writeFile(bytes);
    },
    end: async () => {
      await file.sync();
      await file.close();
    },
  };
}

import { createHash } from 'node:crypto';
import { ArchiveError } from './archive-error.js';
import { parseStoredName } from './chunk-key.js';
import { MANIFEST_FILE, parseManifest } from './manifest.js';
import type { Manifest, PartRecord } from './manifest.js';
import type { Store, StoredFile } from './store.js';

export type Problem =
  | 'unreadable manifest'
  /** The files are not in the archive: an interrupted completion left them, or the manifest was lost. */
  | 'no manifest'
  | 'missing part'
  | 'wrong size'
  | 'wrong sha256'
  /** No manifest speaks of it. */
  | 'stray file';

export interface Damage {
  readonly problem: Problem;
  /** The path, or `s3://bucket/key`. */
  readonly where: string;
  readonly message: string;
}

/** What became of one chunk. */
export interface Finding {
  readonly chunkId: string;
  readonly isOk: boolean;
  /** Hashed. */
  readonly bytes: number;
  readonly damages: readonly Damage[];
}

export interface VerifyOptions {
  /** Told again and again how far it has come: chunks found, bytes hashed. */
  readonly onProgress?: (progress: { readonly chunks: number; readonly bytes: number }) => void;
}

/** Re-hashes every chunk, one after the other. @throws ArchiveError if the store cannot be read. */
export async function* verifyStore(
  store: Store,
  { onProgress }: VerifyOptions,
): AsyncGenerator<Finding> {
  let chunks = 0;
  let bytes = 0;
  const hashed = (count: number): void => {
    bytes += count;
    onProgress?.({ chunks, bytes });
  };
  for await (const chunk of byChunk(store)) {
    const before = bytes;
    const damages = await verifyChunk(store, chunk, hashed);
    chunks++;
    hashed(0);
    const isOk = damages.length === 0;
    yield { chunkId: chunk.chunkId, isOk, bytes: bytes - before, damages };
  }
}

interface StoredChunk {
  readonly place: string;
  readonly chunkId: string;
  /** By name within the chunk. */
  readonly files: ReadonlyMap<string, StoredFile>;
}

/** Stores list the files of one folder together. */
async function* byChunk(store: Store): AsyncGenerator<StoredChunk> {
  let current: (StoredChunk & { readonly files: Map<string, StoredFile> }) | undefined;
  for await (const file of store.list()) {
    const stored = parseStoredName(file.name);
    if (!stored) continue;
    const { place, chunkId } = stored;
    if (current?.place !== place) {
      if (current) yield current;
      current = { place, chunkId, files: new Map() };
    }
    current.files.set(stored.file, file);
  }
  if (current) yield current;
}

async function verifyChunk(
  store: Store,
  { place, files }: StoredChunk,
  hashed: (bytes: number) => void,
): Promise<Damage[]> {
  const where = (file: string): string => store.where(`${place}/${file}`);
  const damage = (problem: Problem, file: string, message: string): Damage => ({
    problem,
    where: where(file),
    message: `${where(file)} ${message}`,
  });
  let manifest: Manifest;
  try {
    const text = files.has(MANIFEST_FILE)
      ? await store.getText(`${place}/${MANIFEST_FILE}`)
      : undefined;
    if (text === undefined) {
      return [damage('no manifest', MANIFEST_FILE, 'is missing: what lies beside it is no chunk')];
    }
    manifest = parseManifest(text, place, where(MANIFEST_FILE));
  } catch (error) {
    if (!(error instanceof ArchiveError) || error.code !== 'damaged') throw error;
    return [
      { problem: 'unreadable manifest', where: where(MANIFEST_FILE), message: error.message },
    ];
  }
  const damages: Damage[] = [];
  const known = new Set([MANIFEST_FILE]);
  for (const part of manifest.parts) {
    known.add(part.file);
    const found = files.get(part.file);
    if (!found) {
      damages.push(damage('missing part', part.file, 'is missing'));
    } else if (found.bytes !== part.bytes) {
      const sizes = `has ${found.bytes} bytes instead of ${part.bytes}`;
      damages.push(damage('wrong size', part.file, sizes));
    } else if (!(await hasItsHash(store, found.name, part, hashed))) {
      const change = 'has another sha256 than when it was received';
      damages.push(damage('wrong sha256', part.file, change));
    }
  }
  for (const file of files.keys()) {
    if (!known.has(file)) damages.push(damage('stray file', file, 'is in no manifest'));
  }
  return damages;
}

async function hasItsHash(
  store: Store,
  name: string,
  { sha256 }: PartRecord,
  hashed: (bytes: number) => void,
): Promise<boolean> {
  const hash = createHash('sha256');
  for await (const piece of store.read(name)) {
    hash.update(piece);
    hashed(piece.length);
  }
  return hash.digest('hex') === sha256;
}

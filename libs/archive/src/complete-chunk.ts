import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveError } from './archive-error.js';
import { chunkPlace } from './chunk-key.js';
import type { ChunkKey } from './chunk-key.js';
import { onDisk } from './explain-file-error.js';
import { hashFile } from './hash-file.js';
import { MANIFEST_FILE, parseManifest } from './manifest.js';
import type { Manifest, PartRecord } from './manifest.js';
import type { WrittenPart } from './part-writer.js';
import type { LocalFile, Store } from './store.js';
import { writeDurably } from './write-durably.js';

/** Of one response: what only its reader knows. */
export interface PartCounts {
  /** Its number among the parts of the spool, from 0; ascending. */
  readonly part: number;
  /** Records at its start that an earlier part has. */
  readonly skip: number;
  /** Records that are its own. */
  readonly records: number;
}

interface ReceivedFile {
  readonly path: string;
  /** Undefined if this process did not write it. */
  readonly written: WrittenPart | undefined;
}

interface Target {
  readonly store: Store;
  /** The chunk's spool. */
  readonly folder: string;
  readonly key: ChunkKey;
}

/**
 * Puts the parts into the store, then the manifest that makes them a chunk, then removes those of a manifest
 * before. Files are named for their sha256, so that no step touches what an earlier manifest speaks of.
 * That a death at any step does no harm is shown in crash.test.ts.
 * @throws ArchiveError
 */
export async function completeChunk(
  { store, folder, key }: Target,
  files: readonly ReceivedFile[],
  counts: readonly PartCounts[],
): Promise<Manifest> {
  const place = chunkPlace(key);
  const name = `${place}/${MANIFEST_FILE}`;
  if (files.length === 0) {
    // Completed before, by a process that may have died before it could tell.
    const text = await store.getText(name);
    if (text !== undefined) return parseManifest(text, place, store.where(name));
    throw invalid(`nothing has been received of chunk ${key.chunkId}`);
  }
  requireCounts(counts, files.length, key.chunkId);
  const parts: PartRecord[] = [];
  const locals: LocalFile[] = [];
  for (const { part, skip, records } of counts) {
    const { path, written } = files[part] as ReceivedFile;
    const { bytes, sha256 } = written ?? (await hashFile(path));
    const file = `${part}.${sha256.slice(0, 16)}.${await extension(path)}`;
    parts.push({ file, bytes, sha256, skip, records });
    locals.push({ path, bytes, sha256 });
  }
  const { dataset, schema, start, end } = key.request;
  const manifest: Manifest = {
    version: 1,
    chunkId: key.chunkId,
    dataset,
    schema,
    start,
    end,
    request: key.request,
    parts,
    records: parts.reduce((sum, { records }) => sum + records, 0),
    completedAt: Temporal.Now.instant().toString({ smallestUnit: 'millisecond' }),
  };
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  // A spool with the manifest that the store has is one whose removal was not reached.
  const plan = join(folder, MANIFEST_FILE);
  await onDisk('cannot write', plan, () => writeDurably(plan, text));
  for (const [index, { file }] of parts.entries()) {
    await store.putFile(`${place}/${file}`, locals[index] as LocalFile);
  }
  await store.putText(name, text);
  const kept = new Set([name, ...parts.map(({ file }) => `${place}/${file}`)]);
  for await (const file of store.list(place)) {
    if (!kept.has(file.name)) await store.remove(file.name);
  }
  return manifest;
}

function requireCounts(counts: readonly PartCounts[], files: number, chunkId: string): void {
  let last = -1;
  for (const { part, skip, records } of counts) {
    if (![part, skip, records].every((value) => Number.isSafeInteger(value) && value >= 0)) {
      throw invalid(`the counts of a part of chunk ${chunkId} must be whole numbers from 0 on`);
    }
    if (part <= last || part >= files) {
      throw invalid(`chunk ${chunkId} has parts 0 to ${files - 1}; part ${part} is not the next`);
    }
    last = part;
  }
  if (last < 0) throw invalid(`no part of chunk ${chunkId} is to be kept`);
}

const invalid = (message: string): ArchiveError =>
  new ArchiveError(message, { code: 'invalid', where: null });

/** As Databento's own files end; batch files and a user's may be uncompressed. */
async function extension(path: string): Promise<'dbn' | 'dbn.zst'> {
  const start = await onDisk('cannot read', path, async () => {
    await using handle = await open(path, 'r');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(3), 0, 3, 0);
    return buffer.toString('latin1', 0, bytesRead);
  });
  return start === 'DBN' ? 'dbn' : 'dbn.zst';
}

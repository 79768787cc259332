import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { openArchive } from '@tapeline/archive';
import type { Archive, ArchiveOptions, Manifest } from '@tapeline/archive';
import { writeBackupFile } from './backup-file.js';
import type { BackupFile, BackupManifest } from './backup-manifest.js';

const CHUNK_LIST = 'archive.ndjson';

export interface ArchiveBackup {
  readonly archive: NonNullable<BackupManifest['archive']>;
  readonly files: readonly BackupFile[];
}

interface ArchiveOrder {
  readonly place: ArchiveOptions;
  /** Whether the bytes are taken, too, and not only their sizes and hashes. */
  readonly copies: boolean;
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** The manifest of every archived chunk, a line each; undefined where there is no archive. */
export async function backUpArchive(order: ArchiveOrder): Promise<ArchiveBackup | undefined> {
  // To open one would make it.
  if (!order.place.s3 && !existsSync(order.place.folder)) return undefined;
  const archive = await openArchive(order.place);
  const totals = { chunks: 0, parts: 0, bytes: 0 };
  const files: BackupFile[] = [];
  async function* lines(): AsyncGenerator<Uint8Array> {
    for await (const manifest of archive.list()) {
      totals.chunks++;
      totals.parts += manifest.parts.length;
      for (const { bytes } of manifest.parts) totals.bytes += bytes;
      if (order.copies) files.push(...(await copyChunk(order, archive, manifest)));
      yield Buffer.from(`${JSON.stringify(manifest)}\n`);
    }
  }
  try {
    files.push(await writeBackupFile(order.folder, CHUNK_LIST, lines(), order.signal));
  } finally {
    archive.close();
  }
  return { archive: { ...totals, copied: order.copies }, files };
}

/** Laid out as an archive's own folder, which it is then: see libs/archive. Bytes are checked as they are read. */
async function copyChunk(
  { folder, signal }: ArchiveOrder,
  archive: Archive,
  manifest: Manifest,
): Promise<BackupFile[]> {
  const place = `archive/chunks/${placeOf(manifest)}`;
  const files: BackupFile[] = [];
  for (const part of archive.open(manifest).parts) {
    files.push(await writeBackupFile(folder, `${place}/${part.file}`, part.read(), signal));
  }
  const text = `${JSON.stringify(manifest)}\n`;
  files.push(
    await writeBackupFile(
      folder,
      `${place}/manifest.json`,
      Readable.from([Buffer.from(text)]),
      signal,
    ),
  );
  return files;
}

function placeOf({ dataset, schema, start, chunkId }: Manifest): string {
  const { year } = Temporal.Instant.fromEpochNanoseconds(BigInt(start)).toZonedDateTimeISO('UTC');
  return `${dataset}/${schema}/${year}/${chunkId}`;
}

/** Files of a backup: written with their digest, and read only as they were written. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { CliError } from '../cli-error.js';
import { reasonOf } from '../dbn/input-file.js';
import type { BackupFile } from './backup-manifest.js';

/** Tables and events; what is archived is compressed already and keeps its bytes. */
const isCompressed = (name: string): boolean => name.endsWith('.zst') && !name.endsWith('.dbn.zst');

/** @param name ends in `.zst` if the bytes are to be compressed. @throws CliError if it cannot be written. */
export async function writeBackupFile(
  folder: string,
  name: string,
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<BackupFile> {
  const path = join(folder, name);
  const hash = createHash('sha256');
  let bytes = 0;
  const meter = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const compressed = isCompressed(name)
    ? [createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } })]
    : [];
  try {
    await mkdir(dirname(path), { recursive: true });
    const readable = Readable.from(source, { objectMode: false });
    await pipeline([readable, ...compressed, meter, createWriteStream(path)], { signal });
    await toDisk(path);
  } catch (error) {
    if (signal.aborted) throw new CliError('interrupted', { cause: error });
    if (error instanceof Error && 'syscall' in error && 'path' in error) {
      throw new CliError(`cannot write ${path}: ${reasonOf(error)}`, { cause: error });
    }
    throw error;
  }
  return { name, bytes, sha256: hash.digest('hex') };
}

async function toDisk(path: string): Promise<void> {
  await using file = await open(path, 'r');
  await file.sync();
}

/** The bytes that were given to {@link writeBackupFile}. */
export async function* readBackupFile(folder: string, name: string): AsyncGenerator<Uint8Array> {
  const source = createReadStream(join(folder, name), { highWaterMark: 1024 * 1024 });
  if (!isCompressed(name)) {
    yield* source as AsyncIterable<Uint8Array>;
    return;
  }
  const bytes = createZstdDecompress();
  const pumped = pipeline(source, bytes);
  // The reader below meets the same error; this is so that nobody calls it unhandled.
  pumped.catch(() => undefined);
  yield* bytes as AsyncIterable<Uint8Array>;
  await pumped;
}

/** A fault of a file of a backup. */
export interface FileFault {
  readonly name: string;
  readonly problem: string;
}

/** Hashes every file again. @param told after each file with the bytes so far. */
export async function verifyBackupFiles(
  folder: string,
  files: readonly BackupFile[],
  told: (bytes: number) => void = () => undefined,
): Promise<FileFault[]> {
  const faults: FileFault[] = [];
  let read = 0;
  for (const { name, bytes, sha256 } of files) {
    const hash = createHash('sha256');
    let size = 0;
    try {
      for await (const chunk of createReadStream(join(folder, name)) as AsyncIterable<Buffer>) {
        hash.update(chunk);
        size += chunk.length;
        read += chunk.length;
        told(read);
      }
    } catch (error) {
      faults.push({ name, problem: `cannot be read: ${reasonOf(error)}` });
      continue;
    }
    if (size !== bytes) faults.push({ name, problem: `has ${size} bytes of ${bytes}` });
    else if (hash.digest('hex') !== sha256)
      faults.push({ name, problem: 'has other bytes than were written' });
  }
  return faults;
}

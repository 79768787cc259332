import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { processStart } from '@tapeline/embedded';
import { fromFdPromise } from 'yauzl';
import type { ZipFile } from 'yauzl';
import { CliError } from '../cli-error.js';
import { Interruption } from '../dbn/interruption.js';
import { checkManifest, MANIFEST, parseManifest } from './check-manifest.js';
import { checkZipSizes } from './check-zip-sizes.js';
import { isDataFile } from './is-data-file.js';
import { listZip } from './list-zip.js';
import type { ZipMember } from './list-zip.js';
import { readMember, writeMember } from './read-member.js';

export interface Extraction {
  /** Its name is the ZIP's sha256, so the same ZIP is in the same place, whatever it is called. */
  readonly folder: string;
  /** False if an earlier one was there, whole. */
  readonly isNew: boolean;
}

/** A manifest of as many files as a ZIP may have is smaller. */
const MAX_MANIFEST_BYTES = 256 * 1024 * 1024;
const PARTIAL = /\.partial-(\d+)$/;

/**
 * Extracts a batch job's ZIP, entry by entry in constant memory, into a folder below `importFolder`. It is there
 * once it is whole, on the disk, and as its manifest says; of what cannot become that nothing is left.
 * @param reserve told of the folder before it is used, so that nobody else deletes it.
 * @throws CliError that names the ZIP, the entry and what to do.
 */
export async function extractZip(
  path: string,
  importFolder: string,
  reserve: (folder: string) => Promise<void> = () => Promise.resolve(),
): Promise<Extraction> {
  try {
    await using file = await open(path);
    const folder = join(importFolder, await sha256Of(file));
    const zip = await openZip(file, path);
    const members = await listMembers(zip, path);
    const manifest = await manifestOf(zip, path, members);
    await mkdir(importFolder, { recursive: true });
    await removeStalePartials(importFolder);
    await reserve(folder);
    if (await isWhole(folder, members)) return { folder, isNew: false };
    // What is there is none of ours, or damaged.
    await rm(folder, { recursive: true, force: true });
    const { bavail, bsize } = await statfs(importFolder);
    checkZipSizes(path, members, manifest, bavail * bsize);
    using interruption = new Interruption(() => undefined);
    const { signal } = interruption;
    const partial = `${folder}.partial-${process.pid}`;
    try {
      await mkdir(partial);
      for (const member of members) await writeMember(zip, member, { path, partial, signal });
      if (manifest) await checkManifest(partial, path);
      signal.throwIfAborted();
      await rename(partial, folder).catch(async (error: unknown) => {
        // Another process may have been faster.
        if (!(await isWhole(folder, members))) throw error;
      });
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new CliError(`interrupted: nothing of ${path} is extracted`, { cause: error });
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
    return { folder, isNew: true };
  } catch (error) {
    if (error instanceof CliError) throw error;
    const cause = error as Error;
    throw new CliError(
      `${path} cannot be extracted into ${importFolder}: ${cause.message}; unpack it yourself where the fetcher ` +
        'can read it, and give the folder',
      { cause },
    );
  }
}

async function openZip(file: FileHandle, path: string): Promise<ZipFile> {
  try {
    // The handle stays the caller's, so that what was hashed is what is extracted.
    return await fromFdPromise(file.fd, {
      lazyEntries: true,
      autoClose: false,
      decodeStrings: false,
      validateEntrySizes: true,
    });
  } catch (error) {
    throw damaged(path, error);
  }
}

const damaged = (path: string, cause: unknown): CliError =>
  new CliError(
    `${path} is cut off or damaged: download it again (${(cause as Error).message.replace(/\.$/, '')})`,
    { cause },
  );

async function listMembers(zip: ZipFile, path: string): Promise<ZipMember[]> {
  const members = await listZip(zip, path).catch((error: unknown) => {
    throw error instanceof CliError ? error : damaged(path, error);
  });
  if (members.some(({ name }) => isDataFile(name))) return members;
  const names = members.slice(0, 5).map(({ name }) => name);
  throw new CliError(
    `${path} has no .dbn or .dbn.zst files, but ${names.join(', ') || 'nothing'}: ` +
      'ask Databento for a batch job with the encoding dbn',
  );
}

async function manifestOf(
  zip: ZipFile,
  path: string,
  members: readonly ZipMember[],
): Promise<ReturnType<typeof parseManifest> | undefined> {
  const member = members.find(({ name }) => name === MANIFEST);
  if (!member) return undefined;
  const { uncompressedSize: size } = member.entry;
  if (size > MAX_MANIFEST_BYTES) {
    throw new CliError(`${path}: ${MANIFEST} has ${size} bytes, no batch job's has: get it again`);
  }
  return parseManifest(await readMember(zip, member, path), join(path, MANIFEST));
}

/** Whether an earlier extraction is there and has not been changed. */
async function isWhole(folder: string, members: readonly ZipMember[]): Promise<boolean> {
  const names = await readdir(folder).catch((): string[] => []);
  if (names.length !== members.length) return false;
  for (const { name, entry } of members) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (!found?.isFile() || found.size !== entry.uncompressedSize) return false;
  }
  if (!names.includes(MANIFEST)) return true;
  return checkManifest(folder).then(
    () => true,
    () => false,
  );
}

/** Removes what processes that were killed while extracting left. */
async function removeStalePartials(importFolder: string): Promise<void> {
  for (const name of await readdir(importFolder)) {
    const pid = Number(PARTIAL.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid) || (pid !== process.pid && processStart(pid) !== undefined)) continue;
    await rm(join(importFolder, name), { recursive: true, force: true });
  }
}

async function sha256Of(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const bytes = file.createReadStream({ start: 0, autoClose: false, highWaterMark: 1024 * 1024 });
  for await (const chunk of bytes as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest('hex');
}

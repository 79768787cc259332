import { basename } from 'node:path';
import { CliError } from '../cli-error.js';
import { MANIFEST } from './check-manifest.js';
import type { Manifest } from './check-manifest.js';
import type { ZipMember } from './list-zip.js';

/** What an entry that no manifest lists may have: DBN deflates to a hundredth at most. */
const FREE_BYTES = 64 * 1024 * 1024;
const MAX_RATIO = 100;

/**
 * Checks what a ZIP's directory says of sizes, before anything is extracted: what the manifest lists is there with
 * its size, the rest is no bomb, and all has room. While extracting nothing gets larger than it says here.
 * @param path names the ZIP in messages. @param free bytes on the disk. @throws CliError
 */
export function checkZipSizes(
  path: string,
  members: readonly ZipMember[],
  manifest: Manifest | undefined,
  free: number,
): void {
  const listed = new Map(manifest?.files.map(({ filename, size }) => [basename(filename), size]));
  let total = 0;
  for (const { name, entry } of members) {
    const { uncompressedSize: size, compressedSize } = entry;
    total += size;
    const expected = listed.get(name);
    if (expected !== undefined && expected !== size) {
      throw new CliError(
        `${path}: ${name} has ${size} bytes, but ${expected} by ${MANIFEST}: download it again`,
      );
    }
    if (expected === undefined && size > FREE_BYTES + MAX_RATIO * compressedSize) {
      throw new CliError(
        `${path}: ${name} would grow from ${compressedSize} to ${size} bytes, no DBN does, and no ` +
          `${MANIFEST} lists it: unpack it yourself, look at it, and give the folder`,
      );
    }
    listed.delete(name);
  }
  for (const name of listed.keys()) {
    throw new CliError(
      `${path}: ${name} is missing, though ${MANIFEST} lists it: download it again`,
    );
  }
  if (total > free) {
    throw new CliError(
      `${path} needs ${total} bytes, and ${free} are free on the disk of the stack's folder: make room, or ` +
        'unpack it on another disk and give the folder',
    );
  }
}

import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import type { ZipFile } from 'yauzl';
import { CliError } from '../cli-error.js';
import type { ZipMember } from './list-zip.js';

/**
 * Writes one file of a ZIP into the folder `partial`, as fast as the disk is, and on to the disk; `path` names the
 * ZIP in messages.
 * @throws CliError if it has other bytes than the ZIP's directory says, or more, or is cut off.
 */
export async function writeMember(
  zip: ZipFile,
  member: ZipMember,
  { path, partial, signal }: { path: string; partial: string; signal: AbortSignal },
): Promise<void> {
  const file = createWriteStream(join(partial, member.name), { flags: 'wx', flush: true });
  await pipeline(() => checkedBytes(zip, member, path), file, { signal });
}

/** A file of a ZIP as text. @throws CliError as {@link writeMember} does. */
export const readMember = (zip: ZipFile, member: ZipMember, path: string): Promise<string> =>
  text(checkedBytes(zip, member, path));

async function* checkedBytes(
  zip: ZipFile,
  { name, entry }: ZipMember,
  path: string,
): AsyncGenerator<Uint8Array> {
  let checksum = 0;
  try {
    // It ends with an error as soon as there are more bytes than the entry says, or fewer.
    const bytes = await zip.openReadStreamPromise(entry);
    for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
  } catch (cause) {
    const { message } = cause as Error;
    throw new CliError(`${path}: ${name} is damaged: download it again (${message})`, { cause });
  }
  if (checksum === entry.crc32) return;
  throw new CliError(`${path}: ${name} is damaged: download it again (its CRC-32 is another)`);
}

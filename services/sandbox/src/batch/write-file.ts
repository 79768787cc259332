import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { JobFile } from '../domain/batch/batch-job.js';

/** Writes a file part by part, no faster than the disk takes it. @throws the file system's errors. */
export async function writeFile(
  path: string,
  parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<JobFile> {
  await using handle = await open(path, 'wx');
  const hash = createHash('sha256');
  let size = 0;
  for await (const part of parts) {
    await handle.appendFile(part);
    hash.update(part);
    size += part.length;
  }
  return { filename: basename(path), size, sha256: hash.digest('hex') };
}

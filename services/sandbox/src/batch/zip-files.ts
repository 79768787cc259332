import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { JobFile } from '../domain/batch/batch-job.js';

/**
 * A ZIP archive of files as they are, which are compressed already; one is read at a time, as fast as the
 * archive is. @param time of all entries, ns since epoch.
 */
export function zipFiles(
  files: readonly (JobFile & { readonly path: string })[],
  time: bigint,
): Readable {
  const archive = new ZipFile();
  const mtime = new Date(Number(time / 1_000_000n));
  for (const { filename, path, size } of files) {
    archive.addReadStreamLazy(filename, { mtime, size, compress: false }, (give) =>
      give(null, createReadStream(path)),
    );
  }
  archive.end();
  return Readable.from(archive.outputStream, { objectMode: false });
}

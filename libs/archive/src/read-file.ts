import { createReadStream } from 'node:fs';
import { explainFileError } from './explain-file-error.js';

/** A file's bytes in pieces, read as fast as they are taken. @throws ArchiveError */
export async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 1 << 18 })) {
      yield piece as Uint8Array;
    }
  } catch (error) {
    throw explainFileError(error, 'cannot read', path);
  }
}

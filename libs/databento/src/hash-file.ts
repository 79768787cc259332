import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** sha256 of a file as it is on disk, hexadecimal. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(piece as Uint8Array);
  }
  return hash.digest('hex');
}

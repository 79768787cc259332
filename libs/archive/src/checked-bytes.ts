import { createHash } from 'node:crypto';
import { ArchiveError } from './archive-error.js';

/**
 * Hands bytes on and compares size and sha256 once they have ended; whoever leaves earlier does not learn.
 * @throws ArchiveError (`damaged`) after the last byte.
 */
export async function* checkedBytes(
  source: AsyncIterable<Uint8Array>,
  { bytes: expected, sha256 }: { readonly bytes: number; readonly sha256: string },
  where: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of source) {
    hash.update(piece);
    bytes += piece.length;
    yield piece;
  }
  if (bytes !== expected) {
    throw damaged(where, `has ${bytes} bytes instead of ${expected}`);
  }
  if (hash.digest('hex') !== sha256) {
    throw damaged(where, 'has another sha256 than when it was received');
  }
}

const damaged = (where: string, how: string): ArchiveError =>
  new ArchiveError(
    `${where} ${how}: restore it from a backup, or remove its manifest to have the chunk fetched again`,
    { code: 'damaged', where },
  );

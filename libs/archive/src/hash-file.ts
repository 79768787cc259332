import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { onDisk } from './explain-file-error.js';

/** Size and sha256 (hexadecimal) of a file as it is on disk, brought to the disk itself on the way. */
export function hashFile(path: string): Promise<{ bytes: number; sha256: string }> {
  return onDisk('cannot read', path, async () => {
    await using handle = await open(path, 'r');
    await handle.sync();
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(1 << 20);
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, bytes);
      if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
      hash.update(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  });
}

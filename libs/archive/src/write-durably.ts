import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Replaces a file by a text: afterwards, and after a crash at any moment, it has the old text or the new one. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  {
    await using handle = await open(temporary, 'w');
    await handle.writeFile(text);
    await handle.sync();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** Brings a folder's names to the disk, and says so. */
export async function syncFolder(path: string): Promise<true> {
  await using handle = await open(path, 'r');
  await handle.sync();
  return true;
}

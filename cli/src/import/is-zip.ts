import { open } from 'node:fs/promises';

/** How a ZIP begins: with its first entry, or with its end if it has none (APPNOTE 4.3.7 and 4.3.16). */
const SIGNATURES: ReadonlySet<string> = new Set(['PK\u0003\u0004', 'PK\u0005\u0006']);

/** Whether a file's first bytes are those of a ZIP, whatever its name is. @throws if it cannot be read. */
export async function isZip(path: string): Promise<boolean> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
  return SIGNATURES.has(buffer.toString('latin1', 0, bytesRead));
}

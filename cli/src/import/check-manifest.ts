import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { CliError } from '../cli-error.js';

export const MANIFEST = 'manifest.json';

/** What a batch job's folder says of its files; the manifest does not list itself. */
const manifestSchema = z.object({
  files: z.array(
    z.object({
      filename: z.string(),
      size: z.number(),
      hash: z.string().regex(/^sha256:[0-9a-f]{64}$/),
    }),
  ),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** @param path names the manifest in the message. @throws CliError if it is no batch job's. */
export function parseManifest(text: string, path: string): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    throw new CliError(`${path} is not the manifest of a batch job: remove it, or get it again`);
  }
}

/**
 * Compares a batch job's files with its manifest: each must be there, with its size and sha256.
 * @param shown the folder's name in messages. @throws CliError for the first that is not.
 */
export async function checkManifest(folder: string, shown = folder): Promise<void> {
  const text = await readFile(join(folder, MANIFEST), 'utf8');
  for (const { filename, size, hash } of parseManifest(text, join(shown, MANIFEST)).files) {
    const file = join(folder, basename(filename));
    const found = await stat(file).catch(() => undefined);
    const name = join(shown, basename(filename));
    if (!found) throw new CliError(`${name} is missing, though ${MANIFEST} lists it: get it again`);
    if (found.size !== size || (await sha256Of(file)) !== hash) {
      throw new CliError(`${name} is not as ${MANIFEST} says (size or sha256): get it again`);
    }
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path) as AsyncIterable<Uint8Array>) hash.update(bytes);
  return `sha256:${hash.digest('hex')}`;
}

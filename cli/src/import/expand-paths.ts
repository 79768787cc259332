import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { CliError } from '../cli-error.js';

const DATA_FILE = /\.dbn(?:\.zst)?$/;
const MANIFEST = 'manifest.json';

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

/**
 * The DBN files that paths name: files as they are, of a folder those that end in .dbn or .dbn.zst, in the order
 * of their names. Of a batch job's folder every file must be as its manifest says.
 * @returns absolute paths. @throws CliError that names what is wrong, before anything is ingested.
 */
export async function expandPaths(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) files.push(...(await expandPath(resolve(path))));
  return [...new Set(files)];
}

async function expandPath(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new CliError(`there is no file or folder ${path}`);
  if (path.endsWith('.zip')) {
    throw new CliError(`${path} is a ZIP: unpack it and give the folder`);
  }
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path)).toSorted();
  if (names.includes(MANIFEST)) await checkManifest(path);
  const data = names.filter((name) => DATA_FILE.test(name));
  if (data.length === 0) throw new CliError(`${path} has no .dbn or .dbn.zst files`);
  return data.map((name) => join(path, name));
}

/** Sizes and hashes of a batch job's files. */
async function checkManifest(folder: string): Promise<void> {
  const path = join(folder, MANIFEST);
  let manifest;
  try {
    manifest = manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    throw new CliError(`${path} is not the manifest of a batch job: remove it, or get it again`);
  }
  for (const { filename, size, hash } of manifest.files) {
    const file = join(folder, basename(filename));
    const found = await stat(file).catch(() => undefined);
    if (!found) throw new CliError(`${file} is missing, though ${MANIFEST} lists it: get it again`);
    if (found.size !== size || (await sha256Of(file)) !== hash) {
      throw new CliError(`${file} is not as ${MANIFEST} says (size or sha256): get it again`);
    }
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path) as AsyncIterable<Uint8Array>) hash.update(bytes);
  return `sha256:${hash.digest('hex')}`;
}

import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CliError } from '../cli-error.js';
import { checkManifest, MANIFEST } from './check-manifest.js';
import { isDataFile } from './is-data-file.js';
import { isZip } from './is-zip.js';

const ZIP_NAME = /\.zip$/i;

export interface ExpandOptions {
  /** Extracts a ZIP and returns the folder with its files, which are as the manifest in it says. */
  readonly extract: (zip: string) => Promise<string>;
  /** Takes a line for the user. */
  readonly tell: (line: string) => void;
}

/**
 * The DBN files that paths name: files as they are, of a folder or a ZIP those that end in .dbn or .dbn.zst, in
 * the order of their names. Of a batch job every file must be as its manifest says. A ZIP is one by its content;
 * those in a folder are left out.
 * @returns absolute paths. @throws CliError that names what is wrong, before anything is ingested.
 */
export async function expandPaths(
  paths: readonly string[],
  options: ExpandOptions,
): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) files.push(...(await expandPath(resolve(path), options)));
  return [...new Set(files)];
}

async function expandPath(path: string, { extract, tell }: ExpandOptions): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new CliError(`there is no file or folder ${path}`);
  if (found.isDirectory()) return expandFolder(path, tell);
  if (!found.isFile()) return [path];
  if (await isZip(path).catch((error: Error) => unreadable(path, error))) {
    const folder = await extract(path);
    return (await readdir(folder))
      .filter(isDataFile)
      .toSorted()
      .map((name) => join(folder, name));
  }
  if (!ZIP_NAME.test(path)) return [path];
  throw new CliError(
    `${path} is no ZIP, though its name says so: get it again, or give it the name of what it is`,
  );
}

async function expandFolder(path: string, tell: (line: string) => void): Promise<string[]> {
  const names = (await readdir(path)).toSorted();
  if (names.includes(MANIFEST)) await checkManifest(path);
  const data = names.filter(isDataFile);
  const zips = names.filter((name) => ZIP_NAME.test(name));
  if (data.length === 0) {
    const advice = zips.length > 0 ? `; name its ZIPs to ingest them: ${join(path, '*.zip')}` : '';
    throw new CliError(`${path} has no .dbn or .dbn.zst files${advice}`);
  }
  for (const zip of zips) tell(`${join(path, zip)} is left out: name it to ingest it, too`);
  return data.map((name) => join(path, name));
}

/** What only the fetcher may read is no reason to refuse, but a ZIP is read here. */
function unreadable(path: string, { message }: Error): false {
  if (!ZIP_NAME.test(path)) return false;
  throw new CliError(`${path} cannot be read: ${message}`);
}

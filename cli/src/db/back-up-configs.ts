import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { writeBackupFile } from './backup-file.js';
import type { BackupFile } from './backup-manifest.js';

/** The settings and rules in use, below `configs/`. */
export async function backUpConfigs(
  configs: string,
  folder: string,
  signal: AbortSignal,
): Promise<BackupFile[]> {
  const entries = await readdir(configs, { recursive: true, withFileTypes: true });
  const files: BackupFile[] = [];
  for (const entry of entries) {
    if (!entry.isFile() || !/\.ya?ml$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const name = `configs/${relative(configs, path).split(sep).join('/')}`;
    const source = createReadStream(path) as AsyncIterable<Uint8Array>;
    files.push(await writeBackupFile(folder, name, source, signal));
  }
  return files;
}

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the workspace this file belongs to: the nearest one above it with an `nx.json`. */
export function projectFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'nx.json'))) {
    const parent = dirname(folder);
    if (parent === folder) {
      return process.cwd();
    }
    folder = parent;
  }
  return folder;
}

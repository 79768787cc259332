import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The YAML files of one folder of the configuration, in order of name. */
export function readConfigFiles(
  configsDir: string,
  folder: string,
): { path: string; text: string }[] {
  return readdirSync(join(configsDir, folder))
    .filter((name) => /\.ya?ml$/.test(name))
    .toSorted()
    .map((name) => ({
      path: `${folder}/${name}`,
      text: readFileSync(join(configsDir, folder, name), 'utf8'),
    }));
}

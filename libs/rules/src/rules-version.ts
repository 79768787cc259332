import { createHash } from 'node:crypto';
import type { RuleFile } from './parse-yaml.js';

/** A digest of all rule files, kept with every batch that passed them. */
export function rulesVersion(files: readonly RuleFile[]): string {
  const hash = createHash('sha256');
  for (const { path, text } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`${path}\0${text}\0`);
  }
  return hash.digest('hex').slice(0, 12);
}

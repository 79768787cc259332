import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes an empty folder under the system's temporary one; whoever asks removes it. Unlike mkdtemp's, PostgreSQL can
 * live in it when the tests run as root.
 */
export function makeTemporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `tapeline-${name}-`));
  // Enterable for the user as whom PostgreSQL runs when this process is root.
  chmodSync(folder, 0o711);
  return folder;
}

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a stack keeps the key of its gateway. */
export const gatewayKeyFile = (folder: string): string => join(folder, 'gateway.key');

/** The operator's key of a stack's gateway, made at its first start; only its owner may read the file. */
export async function ensureGatewayKey(folder: string): Promise<string> {
  // Not before it is needed: it brings zod, of which all of a process's realms share the settings, and the set-up of
  // tests imports this package in another realm than the tests are in.
  const { newApiKey } = await import('@tapeline/contracts');
  const path = gatewayKeyFile(folder);
  try {
    writeFileSync(path, `${newApiKey()}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(path, 'utf8').trim();
}

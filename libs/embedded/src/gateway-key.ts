import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newApiKey } from '@tapeline/contracts';

/** Where a stack keeps the key of its gateway. */
export const gatewayKeyFile = (folder: string): string => join(folder, 'gateway.key');

/** The operator's key of a stack's gateway, made at its first start; only its owner may read the file. */
export function ensureGatewayKey(folder: string): string {
  const path = gatewayKeyFile(folder);
  try {
    writeFileSync(path, `${newApiKey()}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(path, 'utf8').trim();
}

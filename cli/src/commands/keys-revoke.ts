import { revokeApiKey } from '@tapeline/storage';
import { CliError } from '../cli-error.js';
import { withKeys } from '../keys/with-keys.js';
import type { KeysOptions } from './keys-list.js';

/** `tapeline keys revoke`. @throws CliError if there is no such key, or not any more. */
export async function revokeKey(id: string, options: KeysOptions): Promise<void> {
  if (!(await withKeys(options.folder, (storage) => revokeApiKey(storage, id)))) {
    throw new CliError(`there is no key '${id}' to revoke: 'tapeline keys list' shows them`);
  }
  console.log(options.json ? JSON.stringify({ id, revoked: true }) : `revoked ${id}`);
}

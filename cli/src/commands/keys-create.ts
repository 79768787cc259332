import { apiKeyId } from '@tapeline/contracts';
import type { ApiKeyRole } from '@tapeline/contracts';
import { createApiKey } from '@tapeline/storage';
import type { ApiKeyLimits } from '@tapeline/storage';
import { withKeys } from '../keys/with-keys.js';
import type { KeysOptions } from './keys-list.js';

export interface CreateKeyOptions extends KeysOptions, Partial<ApiKeyLimits> {
  readonly name: string;
  readonly role: ApiKeyRole;
  readonly expires?: Date;
}

/** `tapeline keys create`. */
export async function createKey(options: CreateKeyOptions): Promise<void> {
  const { name, role, expires: expiresAt = null } = options;
  const limits: ApiKeyLimits = {
    requestsPerMinute: options.requestsPerMinute ?? null,
    concurrentRequests: options.concurrentRequests ?? null,
    rowsPerDay: options.rowsPerDay ?? null,
    bytesPerDay: options.bytesPerDay ?? null,
    maxRows: options.maxRows ?? null,
    maxBytes: options.maxBytes ?? null,
    maxSeconds: options.maxSeconds ?? null,
  };
  const key = await withKeys(options.folder, (storage) =>
    createApiKey(storage, { name, role, expiresAt, limits }),
  );
  if (options.json) {
    console.log(JSON.stringify({ id: apiKeyId(key), key, name, role, expires_at: expiresAt }));
    return;
  }
  console.log(key);
  // Apart from the key, which scripts take from standard output.
  console.error(`the ${role}'s key of ${name}; it is not shown again`);
}

import { apiKeyDigest, apiKeyId, newApiKey } from '@tapeline/contracts';
import type { ApiKeyRole } from '@tapeline/contracts';
import type { Storage } from '../storage.js';
import type { ApiKeyLimits } from './api-key-row.js';

export interface NewApiKey {
  readonly name: string;
  readonly role: ApiKeyRole;
  readonly expiresAt: Date | null;
  readonly limits: ApiKeyLimits;
}

/** Makes a key. @returns the key itself, of which only a digest is kept. */
export async function createApiKey(
  storage: Pick<Storage, 'pool'>,
  { name, role, expiresAt, limits }: NewApiKey,
): Promise<string> {
  for (;;) {
    const key = newApiKey();
    const { rowCount } = await storage.pool.query(
      `INSERT INTO api_key (key_id, digest, name, role, expires_at, requests_per_minute, concurrent_requests,
                            rows_per_day, bytes_per_day, max_rows, max_bytes, max_seconds)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`,
      [
        apiKeyId(key),
        apiKeyDigest(key),
        name,
        role,
        expiresAt,
        limits.requestsPerMinute,
        limits.concurrentRequests,
        limits.rowsPerDay,
        limits.bytesPerDay,
        limits.maxRows,
        limits.maxBytes,
        limits.maxSeconds,
      ],
    );
    // An id that is taken is a matter of chance: the next one is free.
    if (rowCount === 1) return key;
  }
}

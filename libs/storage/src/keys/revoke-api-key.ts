import type { Storage } from '../storage.js';

/** Ends a key for good. @returns whether there was one of the id that had not been revoked. */
export async function revokeApiKey(storage: Pick<Storage, 'pool'>, id: string): Promise<boolean> {
  const { rowCount } = await storage.pool.query(
    'UPDATE api_key SET revoked_at = now() WHERE key_id = $1 AND revoked_at IS NULL',
    [id],
  );
  return rowCount === 1;
}

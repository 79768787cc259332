import type { Storage } from '../storage.js';
import type { ApiKeyRow } from './api-key-row.js';

/** As the database gives it: bigint as text. */
interface KeyColumns {
  key_id: string;
  digest: Buffer;
  name: string;
  role: ApiKeyRow['role'];
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  requests_per_minute: number | null;
  concurrent_requests: number | null;
  rows_per_day: string | null;
  bytes_per_day: string | null;
  max_rows: string | null;
  max_bytes: string | null;
  max_seconds: number | null;
}

const numberOf = (text: string | null): number | null => (text === null ? null : Number(text));

const rowOf = (row: KeyColumns): ApiKeyRow => ({
  id: row.key_id,
  digest: row.digest,
  name: row.name,
  role: row.role,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
  limits: {
    requestsPerMinute: row.requests_per_minute,
    concurrentRequests: row.concurrent_requests,
    rowsPerDay: numberOf(row.rows_per_day),
    bytesPerDay: numberOf(row.bytes_per_day),
    maxRows: numberOf(row.max_rows),
    maxBytes: numberOf(row.max_bytes),
    maxSeconds: row.max_seconds,
  },
});

/** The key of an id, also if it has expired or was revoked; undefined if there is none. */
export async function readApiKey(
  storage: Pick<Storage, 'pool'>,
  id: string,
): Promise<ApiKeyRow | undefined> {
  const { rows } = await storage.pool.query<KeyColumns>('SELECT * FROM api_key WHERE key_id = $1', [
    id,
  ]);
  return rows[0] && rowOf(rows[0]);
}

/** All keys, the latest first. */
export async function readApiKeys(storage: Pick<Storage, 'pool'>): Promise<ApiKeyRow[]> {
  const { rows } = await storage.pool.query<KeyColumns>(
    'SELECT * FROM api_key ORDER BY created_at DESC, key_id',
  );
  return rows.map(rowOf);
}

import { readApiKeys } from '@tapeline/storage';
import type { ApiKeyLimits, ApiKeyRow } from '@tapeline/storage';
import { withKeys } from '../keys/with-keys.js';
import { formatTable } from '../print-table.js';

export interface KeysOptions {
  readonly folder?: string;
  readonly json?: boolean;
}

/** `tapeline keys list`. */
export async function listKeys(options: KeysOptions): Promise<void> {
  const keys = await withKeys(options.folder, readApiKeys);
  if (options.json) {
    console.log(JSON.stringify({ keys: keys.map(toJson) }));
    return;
  }
  if (keys.length === 0) {
    console.log("no keys yet: 'tapeline keys create --name NAME' makes one");
    return;
  }
  const rows = keys.map((key) => [
    key.id,
    key.name,
    key.role,
    key.createdAt.toISOString().slice(0, 10),
    stateOf(key),
    limitsOf(key.limits),
  ]);
  console.log(formatTable(['id', 'name', 'role', 'created', 'state', 'limits'], rows));
}

const toJson = ({ id, name, role, createdAt, expiresAt, revokedAt, limits }: ApiKeyRow) => ({
  id,
  name,
  role,
  created_at: createdAt,
  expires_at: expiresAt,
  revoked_at: revokedAt,
  requests_per_minute: limits.requestsPerMinute,
  concurrent_requests: limits.concurrentRequests,
  rows_per_day: limits.rowsPerDay,
  bytes_per_day: limits.bytesPerDay,
  max_rows: limits.maxRows,
  max_bytes: limits.maxBytes,
  max_seconds: limits.maxSeconds,
});

function stateOf({ revokedAt, expiresAt }: ApiKeyRow): string {
  if (revokedAt) return `revoked ${revokedAt.toISOString().slice(0, 10)}`;
  if (!expiresAt) return 'valid';
  return `${expiresAt.getTime() <= Date.now() ? 'expired' : 'until'} ${expiresAt.toISOString().slice(0, 16)}Z`;
}

const UNITS: Readonly<Record<keyof ApiKeyLimits, string>> = {
  requestsPerMinute: 'requests/min',
  concurrentRequests: 'at a time',
  rowsPerDay: 'rows/day',
  bytesPerDay: 'bytes/day',
  maxRows: 'rows/answer',
  maxBytes: 'bytes/answer',
  maxSeconds: 's/answer',
};

const limitsOf = (limits: ApiKeyLimits): string =>
  Object.entries(UNITS)
    .flatMap(([name, unit]) => {
      const value = limits[name as keyof ApiKeyLimits];
      return value === null ? [] : [`${value} ${unit}`];
    })
    .join(', ');

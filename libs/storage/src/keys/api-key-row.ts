import type { ApiKeyRole } from '@tapeline/contracts';

/** What a key may take; null is not limited by the key, and for rates is as the gateway's settings say. */
export interface ApiKeyLimits {
  readonly requestsPerMinute: number | null;
  /** Answers at a time. */
  readonly concurrentRequests: number | null;
  /** Quotas of a UTC day. */
  readonly rowsPerDay: number | null;
  readonly bytesPerDay: number | null;
  /** Caps of one answer. */
  readonly maxRows: number | null;
  readonly maxBytes: number | null;
  readonly maxSeconds: number | null;
}

export const NO_LIMITS: ApiKeyLimits = {
  requestsPerMinute: null,
  concurrentRequests: null,
  rowsPerDay: null,
  bytesPerDay: null,
  maxRows: null,
  maxBytes: null,
  maxSeconds: null,
};

/** A key as it is kept: its digest and not itself. */
export interface ApiKeyRow {
  readonly id: string;
  /** SHA-256 of the whole key. */
  readonly digest: Buffer;
  readonly name: string;
  readonly role: ApiKeyRole;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly limits: ApiKeyLimits;
}

import { timingSafeEqual } from 'node:crypto';
import { apiKeyDigest, apiKeyId } from '@tapeline/contracts';
import { NO_LIMITS, readApiKey } from '@tapeline/storage';
import type { ApiKeyRow, Storage } from '@tapeline/storage';
import type { Caller } from './caller.js';

/** How long a key is remembered: a revoked one may be used so much longer. */
const REMEMBERED_MS = 5_000;
/** Ids remembered, those included that no key has. */
const MOST_REMEMBERED = 10_000;

export type KeyFinding =
  | { readonly outcome: 'known'; readonly caller: Caller }
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'expired' | 'revoked'; readonly at: Date };

const UNKNOWN: KeyFinding = { outcome: 'unknown' };
const NO_DIGEST = Buffer.alloc(32);

/** The keys of the database, and the operator's of the settings. */
export class KeyRing {
  readonly #operator: Buffer | undefined;
  /** Ids of keys that there are. */
  readonly #seen = new Set<string>();
  readonly #remembered = new Map<string, { row: Promise<ApiKeyRow | undefined>; until: number }>();

  /** @param operatorKey '' for none. */
  constructor(
    private readonly storage: Pick<Storage, 'pool'>,
    operatorKey: string,
    private readonly now: () => number = Date.now,
  ) {
    this.#operator = operatorKey === '' ? undefined : apiKeyDigest(operatorKey);
  }

  /** Whether a key may be one that was used before, or needs no database to be told from one. */
  mayKnow(key: string): boolean {
    const id = apiKeyId(key);
    return id === undefined || this.#seen.has(id) || this.#isOperators(apiKeyDigest(key));
  }

  #isOperators(digest: Buffer): boolean {
    return this.#operator !== undefined && timingSafeEqual(this.#operator, digest);
  }

  /** Digests are compared in constant time. @throws what the database says. */
  async check(key: string): Promise<KeyFinding> {
    const digest = apiKeyDigest(key);
    if (this.#isOperators(digest)) return OPERATOR;
    const id = apiKeyId(key);
    const row = id === undefined ? undefined : await this.#find(id);
    if (!timingSafeEqual(row?.digest ?? NO_DIGEST, digest) || !row) return UNKNOWN;
    this.#seen.add(row.id);
    if (row.revokedAt) return { outcome: 'revoked', at: row.revokedAt };
    if (row.expiresAt && row.expiresAt.getTime() <= this.now()) {
      return { outcome: 'expired', at: row.expiresAt };
    }
    const { name, role, limits } = row;
    return { outcome: 'known', caller: { id: row.id, name, role, limits } };
  }

  #find(id: string): Promise<ApiKeyRow | undefined> {
    const known = this.#remembered.get(id);
    if (known && known.until > this.now()) return known.row;
    const row = readApiKey(this.storage, id);
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(id, { row, until: this.now() + REMEMBERED_MS });
    row.catch(() => this.#remembered.delete(id));
    return row;
  }
}

/** Whoever runs the gateway limits nobody by this key. */
const OPERATOR: KeyFinding = {
  outcome: 'known',
  caller: {
    id: 'operator',
    name: 'the key of the settings',
    role: 'operator',
    limits: { ...NO_LIMITS, requestsPerMinute: 0, concurrentRequests: 0 },
  },
};

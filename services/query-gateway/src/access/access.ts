import type { FastifyReply, FastifyRequest } from 'fastify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { NO_LIMITS } from '@tapeline/storage';
import type { ApiKeyRole } from '@tapeline/contracts';
import { Problem } from '../domain/problem.js';
import { rememberCaps } from './caller.js';
import type { Caller } from './caller.js';
import { credentialOf } from './credential.js';
import { DayUsage } from './day-usage.js';
import type { KeyRing } from './key-ring.js';

export interface AccessSettings {
  /** `off` lets everybody do everything, which is for loopback and tests. */
  readonly auth: 'keys' | 'off';
  /** An operator's key beside those of the database; '' for none. */
  readonly operatorKey: string;
  /** Of each key that says nothing itself, or of each address where keys are off; 0 is not limited. */
  readonly requestsPerMinute: number;
  readonly concurrentRequests: number;
}

const MINUTE = 60;
/** Keys of one address that were none, in a minute, after which others are not looked for. */
const MOST_FAILURES = 30;
/** Time and bytes in which an answer that is past its caps may still say so, before its connection is cut. */
const GRACE_MS = 1_000;

/** Decides whether a request is answered, and counts what its answer takes. */
export class Access {
  readonly #limiters = new Map<number, RateLimiterMemory>();
  readonly #failures = new RateLimiterMemory({ points: MOST_FAILURES, duration: MINUTE });
  readonly #underWay = new Map<string, number>();

  constructor(
    private readonly settings: AccessSettings,
    private readonly keys: KeyRing,
    private readonly usage: DayUsage,
  ) {}

  /** Lets a request in. @throws Problem if it has no key, a wrong one, the wrong role, or too much was asked. */
  async admit(request: FastifyRequest, reply: FastifyReply, role: ApiKeyRole): Promise<void> {
    const caller = await this.#callerOf(request);
    if (role === 'operator' && caller.role !== 'operator') {
      throw new Problem(
        'operator-needed',
        `the key '${caller.name}' is a reader's`,
        "Use an operator's key: 'tapeline keys create --role operator' makes one.",
      );
    }
    await this.#limitRate(caller);
    this.#limitQuota(caller);
    this.#count(caller, request, reply);
  }

  async #callerOf(request: FastifyRequest): Promise<Caller> {
    if (this.settings.auth === 'off') {
      return { id: request.ip, name: request.ip, role: 'operator', limits: NO_LIMITS };
    }
    const key = credentialOf(request.headers);
    if (key === undefined) {
      throw new Problem(
        'key-missing',
        'this address is for holders of a key',
        "Send it as 'Authorization: Bearer KEY' or 'X-Api-Key: KEY'. 'tapeline keys create' makes one.",
      );
    }
    const { ip } = request;
    // Who tries keys is not to keep the database busy; keys that were used before are not affected.
    const failures = await this.#failures.get(ip);
    if (failures && failures.consumedPoints > MOST_FAILURES && !this.keys.mayKnow(key)) {
      throw tooMany(`from ${ip} came too many keys that are none`, failures.msBeforeNext);
    }
    const finding = await this.keys.check(key);
    if (finding.outcome === 'known') return finding.caller;
    await this.#failures.penalty(ip);
    throw new Problem(
      'key-refused',
      finding.outcome === 'unknown'
        ? 'there is no such key'
        : `the key ${finding.outcome === 'expired' ? 'expired' : 'was revoked'} on ${finding.at.toISOString()}`,
      "Use another one: 'tapeline keys list' shows those that are valid, 'tapeline keys create' makes one.",
    );
  }

  async #limitRate({ id, name, limits }: Caller): Promise<void> {
    const points = limits.requestsPerMinute ?? this.settings.requestsPerMinute;
    if (points === 0) return;
    const limiter =
      this.#limiters.get(points) ?? new RateLimiterMemory({ points, duration: MINUTE });
    this.#limiters.set(points, limiter);
    try {
      await limiter.consume(id);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      throw tooMany(`'${name}' may send ${points} requests a minute`, error.msBeforeNext);
    }
  }

  #limitQuota({ id, name, limits }: Caller): void {
    const used = this.usage.of(id);
    for (const [unit, quota] of [
      ['rows', limits.rowsPerDay],
      ['bytes', limits.bytesPerDay],
    ] as const) {
      if (quota === null || used[unit] < quota) continue;
      const seconds = this.usage.secondsToMidnight();
      throw new Problem(
        'quota-used-up',
        `'${name}' may be sent ${quota} ${unit} a day, and was`,
        'A new day begins at midnight UTC; whoever makes the keys can give another with more.',
        { quota, unit, retry_after_seconds: seconds },
      );
    }
  }

  #count(caller: Caller, request: FastifyRequest, reply: FastifyReply): void {
    const { id, name, limits } = caller;
    const most = limits.concurrentRequests ?? this.settings.concurrentRequests;
    const underWay = this.#underWay.get(id) ?? 0;
    if (most !== 0 && underWay >= most) {
      throw tooMany(`'${name}' may have ${most} answers under way at a time`, 1000);
    }
    this.#underWay.set(id, underWay + 1);
    const used = this.usage.of(id);
    const { socket } = request.raw;
    const written = socket.bytesWritten;
    const timeout =
      limits.maxSeconds === null
        ? undefined
        : setTimeout(() => socket.destroy(), limits.maxSeconds * 1000 + GRACE_MS).unref();
    reply.raw.once('close', () => {
      clearTimeout(timeout);
      const rest = this.#underWay.get(id)! - 1;
      if (rest === 0) this.#underWay.delete(id);
      else this.#underWay.set(id, rest);
      this.usage.add(id, { bytes: socket.bytesWritten - written });
    });
    rememberCaps(request, {
      maxRows: Math.min(limits.maxRows ?? Infinity, (limits.rowsPerDay ?? Infinity) - used.rows),
      maxBytes: Math.min(
        limits.maxBytes ?? Infinity,
        (limits.bytesPerDay ?? Infinity) - used.bytes,
      ),
      deadline:
        limits.maxSeconds === null ? Infinity : performance.now() + limits.maxSeconds * 1000,
      spendRows: (rows) => this.usage.add(id, { rows }),
    });
  }
}

const tooMany = (detail: string, milliseconds: number): Problem => {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  return new Problem(
    'too-many-requests',
    detail,
    `Wait ${seconds} s, as Retry-After says, and send fewer.`,
    { retry_after_seconds: seconds },
  );
};

/** Calls as the endpoints make them: at the allowed rate, repeated after failures, answers checked. */
import type { z } from 'zod';
import { SYSTEM_CLOCK } from './clock.js';
import type { Clock } from './clock.js';
import type { ClientOptions } from './client-options.js';
import { RateLimitedError } from './errors.js';
import { parseAnswer } from './parse-answer.js';
import { parseWarnings } from './parse-warnings.js';
import { RateLimiter } from './rate-limits.js';
import { DEFAULT_RETRY, withRetry } from './retry.js';
import type { Attempt, RetryOptions } from './retry.js';
import { Transport } from './transport.js';
import type { Answer, Call } from './transport.js';

/** How long a kind of calls rests after a 429 that does not say it. */
const DEFAULT_REST_MS = 1_000;

/** Parameters of a GET; absent ones are left out. */
export type Query = Readonly<Record<string, string | undefined>>;

export class Caller {
  readonly #transport: Transport;
  readonly #limiter: RateLimiter;
  readonly #retry: RetryOptions;
  readonly #options: Pick<ClientOptions, 'onRetry' | 'onWarning'>;
  readonly clock: Clock;

  constructor(options: ClientOptions) {
    this.clock = options.clock ?? SYSTEM_CLOCK;
    this.#transport = new Transport(options);
    this.#limiter = new RateLimiter(options.rateLimits ?? {}, this.clock);
    this.#retry = { ...DEFAULT_RETRY, ...options.retry };
    const { onRetry, onWarning } = options;
    this.#options = { ...(onRetry && { onRetry }), ...(onWarning && { onWarning }) };
  }

  /** One exchange, as soon as the rate allows it. */
  async once(call: Call): Promise<Answer> {
    await this.#limiter.take(call.method, call.signal);
    try {
      const answer = await this.#transport.send(call);
      const { requestId } = answer;
      for (const text of parseWarnings(answer.header('x-warning'))) {
        this.#options.onWarning?.({ method: call.method, text, requestId });
      }
      return answer;
    } catch (error) {
      if (error instanceof RateLimitedError) {
        const rest = error.retryAfterMs ?? DEFAULT_REST_MS;
        this.#limiter.close(call.method, Math.min(rest, this.#retry.maxRetryAfterMs));
      }
      throw error;
    }
  }

  /** Repeats `work` while it fails in ways that pass. */
  retried<Result>(
    method: string,
    signal: AbortSignal | undefined,
    work: (attempt: Attempt) => Promise<Result>,
    retry: Partial<RetryOptions> = {},
  ): Promise<Result> {
    const { onRetry } = this.#options;
    const context = {
      options: { ...this.#retry, ...retry },
      clock: this.clock,
      signal,
      onRetry: onRetry && ((report) => onRetry({ ...report, method })),
    } satisfies Parameters<typeof withRetry>[0];
    return withRetry(context, work);
  }

  get<Schema extends z.ZodType>(
    method: string,
    parameters: Query,
    schema: Schema,
    signal: AbortSignal | undefined,
  ): Promise<z.output<Schema>> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined) query.set(name, value);
    }
    return this.retried(method, signal, () => this.json({ method, query, signal }, schema));
  }

  post<Schema extends z.ZodType>(
    method: string,
    form: URLSearchParams,
    schema: Schema,
    signal: AbortSignal | undefined,
  ): Promise<z.output<Schema>> {
    return this.retried(method, signal, () => this.json({ method, form, signal }, schema));
  }

  /** One exchange whose answer is JSON of a known shape. */
  async json<Schema extends z.ZodType>(
    call: Omit<Call, 'accept'>,
    schema: Schema,
  ): Promise<z.output<Schema>> {
    const answer = await this.once({ ...call, accept: 'application/json' });
    return parseAnswer(call.method, answer, await answer.text(), schema);
  }

  close(): Promise<void> {
    return this.#transport.close();
  }
}

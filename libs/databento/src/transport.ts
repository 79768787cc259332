/** One HTTP exchange with the API: connections, authentication, redirects, errors. */
import { Agent, request } from 'undici';
import type { Dispatcher } from 'undici';
import { abortable } from './abortable.js';
import { DEFAULT_TIMEOUTS } from './client-options.js';
import type { ClientOptions, Timeouts } from './client-options.js';
import { Credentials } from './credentials.js';
import { UnexpectedAnswerError } from './network-errors.js';
import { networkFailure } from './network-failure.js';
import { parseError } from './parse-error.js';
import { readBody, readText } from './read-body.js';

const DEFAULT_BASE_URL = 'https://hist.databento.com';
const DEFAULT_CONNECTIONS = 100;
const MAX_REDIRECTS = 5;

/** One call: a POST form where `form` is given, else a GET. */
export interface Call {
  /** Such as `metadata.list_datasets`. */
  readonly method: string;
  /** Path below the base URL; by default that of the method. */
  readonly path?: string;
  readonly query?: URLSearchParams;
  readonly form?: URLSearchParams;
  readonly accept: string;
  /** First byte of a file that is wanted. */
  readonly offset?: number;
  readonly signal: AbortSignal | undefined;
}

/** An answer with a status of success. */
export interface Answer {
  readonly status: number;
  readonly requestId: string | null;
  readonly header: (name: string) => string | null;
  /**
   * Read by pull; leaving early closes the connection. Must be read or discarded.
   * @throws DatabentoError if it breaks off.
   */
  readonly body: AsyncGenerator<Uint8Array<ArrayBuffer>>;
  /** Frees the connection of a body that nobody begins to read. */
  readonly discard: () => Promise<void>;
  /** All of the body, without the key should it be in there. */
  readonly text: () => Promise<string>;
}

export class Transport {
  readonly #base: URL;
  readonly #credentials: Credentials;
  readonly #userAgent: string;
  readonly #timeouts: Timeouts;
  readonly #agent: Agent;

  constructor(options: ClientOptions) {
    const base = new URL(options.baseUrl ?? DEFAULT_BASE_URL);
    if (base.username !== '' || base.password !== '') {
      throw new RangeError('the base URL holds credentials: give the key as apiKey instead');
    }
    this.#base = base;
    this.#credentials = new Credentials(options.apiKey, base.origin);
    const runtime = `Node/${process.versions.node} ${process.platform}/${process.arch}`;
    this.#userAgent = `${options.userAgent ?? 'tapeline'} ${runtime}`;
    this.#timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
    this.#agent = new Agent({
      connections: options.connections ?? DEFAULT_CONNECTIONS,
      connect: { timeout: this.#timeouts.connectMs },
      headersTimeout: this.#timeouts.headersMs,
      // Silence within a body is measured where it is read: there it is known who waits for whom.
      bodyTimeout: 0,
      // The limit is on connections; streams of one connection would also share its fate.
      allowH2: false,
    });
  }

  /** @throws DatabentoError on any failure; the signal's reason if the caller aborted. */
  async send(call: Call): Promise<Answer> {
    const { response, url } = await this.#follow(call);
    const header = (name: string): string | null => {
      const value = response.headers[name];
      const text = Array.isArray(value) ? value.join(', ') : value;
      return text === undefined ? null : this.#redact(text);
    };
    const requestId = header('request-id');
    const body = readBody(response.body, {
      method: call.method,
      requestId,
      inactivityMs: this.#timeouts.inactivityMs,
      signal: call.signal,
      redact: this.#redact,
    });
    const text = async (): Promise<string> => this.#redact(await readText(body));
    const status = response.statusCode;
    const discard = (): Promise<void> => dump(response);
    if (status < 300) return { status, requestId, header, body, discard, text };
    if (status < 400) {
      await discard();
      throw new UnexpectedAnswerError(
        `${call.method} was redirected by ${url.origin} to where it does not go; check the base URL`,
        { status, requestId, retryable: false },
      );
    }
    throw parseError({
      method: call.method,
      status,
      requestId,
      retryAfter: header('retry-after'),
      body: await text(),
    });
  }

  /** Closes idle connections, and the others when their calls are over. */
  close(): Promise<void> {
    return this.#agent.close();
  }

  readonly #redact = (text: string): string => this.#credentials.redact(text);

  /** Sends the call, and goes where a redirect leads. The key goes to the API's own origin only. */
  async #follow(call: Call): Promise<{ response: Dispatcher.ResponseData; url: URL }> {
    let url = this.#url(call);
    for (let hops = 0; ; hops++) {
      const response = await this.#request(url, call);
      const next = hops < MAX_REDIRECTS ? target(response, url, call) : undefined;
      if (!next) return { response, url };
      await dump(response);
      url = next;
    }
  }

  #url(call: Call): URL {
    const url = new URL(this.#base);
    url.pathname = `${url.pathname.replace(/\/+$/, '')}${call.path ?? `/v0/${call.method}`}`;
    url.search = call.query?.toString() ?? '';
    return url;
  }

  async #request(url: URL, call: Call): Promise<Dispatcher.ResponseData> {
    const { form, signal } = call;
    signal?.throwIfAborted();
    const exchange = request(url, {
      dispatcher: this.#agent,
      method: form ? 'POST' : 'GET',
      headers: {
        ...this.#credentials.headerFor(url),
        accept: call.accept,
        // The bytes of a DBN body are its content; nothing else may be applied to them.
        'accept-encoding': 'identity',
        'user-agent': this.#userAgent,
        ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(call.offset !== undefined && { range: `bytes=${call.offset}-` }),
      },
      body: form?.toString() ?? null,
      signal: signal ?? null,
    });
    try {
      // By itself an exchange that waits for its connection notices an abort only once it has one.
      return await abortable(exchange, signal);
    } catch (error) {
      signal?.throwIfAborted();
      const { method } = call;
      throw networkFailure(
        { method, origin: url.origin, timeouts: this.#timeouts, redact: this.#redact },
        error,
      );
    }
  }
}

/** Reads what little is left, or closes the connection. */
const dump = (response: Dispatcher.ResponseData): Promise<void> =>
  response.body.dump().catch(() => undefined);

/** Where a GET is redirected to; never from https to http. */
function target(response: Dispatcher.ResponseData, from: URL, call: Call): URL | undefined {
  const { location } = response.headers;
  if (![301, 302, 303, 307, 308].includes(response.statusCode) || call.form) return undefined;
  if (typeof location !== 'string' || !URL.canParse(location, from)) return undefined;
  const to = new URL(location, from);
  const isWeaker = from.protocol === 'https:' && to.protocol !== 'https:';
  return isWeaker || !/^https?:$/.test(to.protocol) ? undefined : to;
}

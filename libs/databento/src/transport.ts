/** One HTTP exchange with the API: authentication, silence, errors, and bodies read by pull. */
import { DatabentoError } from './databento-error.js';
import { parseError } from './parse-error.js';
import type { ClientOptions } from './requests.js';
import { SilenceWatch } from './silence-watch.js';

const DEFAULT_BASE_URL = 'https://hist.databento.com';
/** What the official clients wait. */
const DEFAULT_INACTIVITY_MS = 100_000;

/** One call: a POST form where `form` is given, else a GET with a query. */
export interface Call {
  /** Such as `metadata.list_datasets`. */
  readonly method: string;
  readonly query?: URLSearchParams;
  readonly form?: URLSearchParams;
  readonly accept: string;
  readonly signal: AbortSignal | undefined;
}

/** An answer with a status of success. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Read by pull. Leaving early closes the connection. @throws DatabentoError if it breaks off. */
  readonly body: AsyncGenerator<Uint8Array>;
}

export class Transport {
  readonly #baseUrl: string;
  readonly #authorization: string;
  readonly #userAgent: string;
  readonly #inactivityMs: number;

  constructor(options: ClientOptions) {
    if (options.apiKey === '') {
      throw new RangeError('the API key is empty: set DATABENTO_API_KEY');
    }
    const base = new URL(options.baseUrl ?? DEFAULT_BASE_URL);
    if (base.username !== '' || base.password !== '') {
      throw new RangeError('the base URL holds credentials: give the key as apiKey instead');
    }
    this.#baseUrl = base.href.replace(/\/+$/, '');
    this.#authorization = `Basic ${Buffer.from(`${options.apiKey}:`).toString('base64')}`;
    const runtime = `Node/${process.versions.node} ${process.platform}/${process.arch}`;
    this.#userAgent = `${options.userAgent ?? 'tapeline'} ${runtime}`;
    this.#inactivityMs = options.timeouts?.inactivityMs ?? DEFAULT_INACTIVITY_MS;
  }

  /** @throws DatabentoError on any failure; the signal's reason if the caller aborted. */
  async send(call: Call): Promise<Answer> {
    const watch = new SilenceWatch(this.#inactivityMs, call.signal);
    const response = await this.#fetch(call, watch);
    const body = readBody(response, call, watch);
    if (response.ok) return { status: response.status, headers: response.headers, body };
    throw parseError(call.method, response.status, response.headers, await readText(body));
  }

  async #fetch(call: Call, watch: SilenceWatch): Promise<Response> {
    const query = call.query && call.query.size > 0 ? `?${call.query.toString()}` : '';
    try {
      return await watch.during(
        fetch(`${this.#baseUrl}/v0/${call.method}${query}`, {
          method: call.form ? 'POST' : 'GET',
          ...(call.form && { body: call.form }),
          headers: {
            authorization: this.#authorization,
            accept: call.accept,
            // The bytes of a DBN body are its content; nothing else may be applied to them.
            'accept-encoding': 'identity',
            'user-agent': this.#userAgent,
          },
          signal: watch.signal,
        }),
      );
    } catch (error) {
      call.signal?.throwIfAborted();
      throw unanswered(call, watch, error, this.#baseUrl);
    }
  }
}

/** The text of a body. */
export async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

async function* readBody(
  response: Response,
  call: Call,
  watch: SilenceWatch,
): AsyncGenerator<Uint8Array> {
  if (!response.body) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const piece = await nextPiece(reader, response, call, watch);
      if (piece.done) return;
      yield piece.value;
    }
  } finally {
    // A body that has failed cannot be cancelled, and need not be.
    await reader.cancel().catch(() => undefined);
  }
}

async function nextPiece(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  response: Response,
  call: Call,
  watch: SilenceWatch,
) {
  try {
    return await watch.during(reader.read());
  } catch (error) {
    call.signal?.throwIfAborted();
    const what = watch.tooLong ? `fell silent for ${watch.limitMs} ms` : 'broke off';
    throw new DatabentoError(
      `the answer to ${call.method} ${what} before its end; ask again for what is missing`,
      {
        status: null,
        requestId: response.headers.get('request-id'),
        retryable: true,
        cause: error,
      },
    );
  }
}

function unanswered(
  call: Call,
  watch: SilenceWatch,
  error: unknown,
  baseUrl: string,
): DatabentoError {
  const cause = (error as { cause?: unknown }).cause ?? error;
  const reason = watch.tooLong
    ? `no answer within ${watch.limitMs} ms`
    : cause instanceof Error
      ? cause.message || (cause as NodeJS.ErrnoException).code
      : String(cause);
  return new DatabentoError(
    `${call.method} had no answer from ${baseUrl}: ${reason}; check the network and the base URL`,
    { status: null, retryable: true, cause },
  );
}

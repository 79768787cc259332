import type { Readable } from 'node:stream';
import { ConnectionError, TimeoutError } from './network-errors.js';
import { plainCause } from './network-failure.js';

export interface BodyOrigin {
  readonly method: string;
  readonly requestId: string | null;
  /** Longest silence while more is awaited; while nobody asks for more, silence is ours. */
  readonly inactivityMs: number;
  readonly signal: AbortSignal | undefined;
  readonly redact: (text: string) => string;
}

/**
 * The pieces of a body, read no faster than they are asked for. Leaving closes the connection.
 * @throws TimeoutError or ConnectionError of stage `body`; the signal's reason.
 */
export async function* readBody(
  body: Readable,
  origin: BodyOrigin,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  // An error after the last reader has left is nobody's.
  body.on('error', () => undefined);
  const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array<ArrayBuffer>>;
  try {
    for (;;) {
      const piece = await nextPiece(pieces, body, origin);
      if (piece.done) return;
      yield piece.value;
    }
  } finally {
    body.destroy();
  }
}

async function nextPiece(
  pieces: AsyncIterator<Uint8Array<ArrayBuffer>>,
  body: Readable,
  origin: BodyOrigin,
): Promise<IteratorResult<Uint8Array<ArrayBuffer>>> {
  const { method, requestId, inactivityMs, signal } = origin;
  let isSilent = false;
  const timer = setTimeout(() => {
    isSilent = true;
    body.destroy(new Error('the server fell silent'));
  }, inactivityMs);
  try {
    return await pieces.next();
  } catch (error) {
    signal?.throwIfAborted();
    const details = { status: null, requestId, retryable: true, stage: 'body' } as const;
    if (isSilent) {
      throw new TimeoutError(
        `the answer to ${method} fell silent for ${inactivityMs} ms (timeouts.inactivityMs) before its end; ask again for what is missing`,
        details,
      );
    }
    throw new ConnectionError(
      `the answer to ${method} broke off before its end; ask again for what is missing`,
      { ...details, cause: plainCause(error, origin.redact) },
    );
  } finally {
    clearTimeout(timer);
  }
}

/** The text of a body. */
export async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

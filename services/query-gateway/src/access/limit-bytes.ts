import { pipeline, Readable, Transform } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerCaps } from './caller.js';

/** Room for the words with which an answer that reached its cap ends. */
const GRACE_BYTES = 64 * 1024;

/**
 * Cuts the connection of an answer that goes on beyond the bytes that its key may take. Formats that can end an answer in
 * order do so before.
 */
export async function limitBytes(
  request: FastifyRequest,
  _reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  const { maxBytes } = answerCaps(request);
  if (maxBytes === Infinity || !(payload instanceof Readable)) return payload;
  let bytes = 0;
  const limited = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxBytes + GRACE_BYTES) done(new Error(`the answer passed ${maxBytes} bytes`));
      else done(null, chunk);
    },
  });
  pipeline(payload, limited, () => undefined);
  return limited;
}

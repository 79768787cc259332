import { pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import { createGzip, createZstdCompress } from 'node:zlib';
import { StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AnswerFormat } from './domain/answer-format.js';
import type { AnswerOptions } from './domain/answer-options.js';
import type { AnswerStream } from './domain/answer-stream.js';

/**
 * Sends an answer. Its trailers say how many records there are and that these are all; an answer whose connection ends
 * without them was cut.
 */
export function sendAnswer(
  reply: FastifyReply,
  answer: AnswerStream,
  { contentType }: Pick<AnswerFormat, 'contentType'>,
  { compression }: Pick<AnswerOptions, 'compression'>,
): StreamableFile {
  reply
    .header('Cache-Control', 'no-store')
    .header('Vary', 'Accept')
    .trailer('X-Tapeline-Count', () => Promise.resolve(String(answer.count)))
    .trailer('X-Tapeline-Complete', () => Promise.resolve(String(answer.cut === undefined)));
  if (compression !== 'none') reply.header('Content-Encoding', compression);
  return new StreamableFile(compressed(answer, compression), { type: contentType });
}

function compressed(answer: Readable, how: AnswerOptions['compression']): Readable {
  if (how === 'none') return answer;
  const compressor = how === 'gzip' ? createGzip() : createZstdCompress();
  // An answer that fails ends the compressor with its error, and a reader that leaves ends the answer.
  pipeline(answer, compressor, () => undefined);
  return compressor;
}

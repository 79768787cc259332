import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { withHeartbeats } from './with-heartbeats.js';

const HEARTBEAT_MS = 15_000;

/** Answers with Server-Sent Events, no faster than the client takes them. */
export function eventStream(
  reply: FastifyReply,
  frames: AsyncGenerator<string, void>,
): StreamableFile {
  // Proxies that collect an answer before they pass it on would keep it for ever.
  reply.header('Cache-Control', 'no-store').header('X-Accel-Buffering', 'no');
  const body = Readable.from(withHeartbeats(frames, HEARTBEAT_MS), { objectMode: false });
  return new StreamableFile(body, { type: 'text/event-stream; charset=utf-8' });
}

import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Problem } from './domain/problem.js';

const STATUS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Answers bytes that are no request, too large, or too slow: no controller sees them. */
export function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS[error.code ?? ''] ?? 400;
  const problem = new Problem(
    'refused-request',
    status === 431
      ? 'the address and the headers are longer than 160 KiB'
      : 'these bytes are no HTTP request',
    'Send long lists of symbols in the body of a POST.',
    {},
    { status },
  );
  const body = JSON.stringify(problem.details('/'));
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/problem+json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

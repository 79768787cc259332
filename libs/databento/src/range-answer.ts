/** For tests: a file server that knows ranges. */
import type { Answer } from './scripted-server.js';

/** Sends what is asked for, or of `bytes` less: up to byte `until`, where the connection breaks. */
export const sendRange =
  (bytes: Uint8Array, until = Infinity): Answer =>
  (response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(response.req.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': bytes.length - from,
      ...(from > 0 && { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
    });
    if (until >= bytes.length) return void response.end(bytes.subarray(from));
    response.write(bytes.subarray(from, until), () => setImmediate(() => response.destroy()));
  };

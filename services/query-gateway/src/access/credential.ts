import type { IncomingHttpHeaders } from 'node:http';

/**
 * The key that a request brings: `Authorization: Bearer KEY`, `X-Api-Key: KEY`, or the user name of `Authorization:
 * Basic`, as Databento's clients send theirs. Undefined if it brings none.
 */
export function credentialOf(headers: IncomingHttpHeaders): string | undefined {
  const [, scheme = '', value = ''] = /^(\S+) +(\S+)$/.exec(headers.authorization ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return value;
    case 'basic':
      return Buffer.from(value, 'base64').toString('latin1').split(':', 1)[0];
    default: {
      const own = headers['x-api-key'];
      return typeof own === 'string' ? own : undefined;
    }
  }
}

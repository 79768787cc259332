import type { NodeConnectionOptions } from '@nats-io/transport-node';
import { BusConnectError } from './bus-connect-error.js';

type ServerOptions = Pick<NodeConnectionOptions, 'servers' | 'user' | 'pass' | 'token' | 'tls'>;

/**
 * The client's options for an address, or for several between commas. Credentials are taken from the
 * first that has them: `user:password@`, or a token as `token@`. `tls://` insists on TLS.
 * @throws BusConnectError; the address is not in its message, since it may hold a password.
 */
export function serverOptions(addresses: string): ServerOptions {
  const urls = addresses.split(',').map((address) => {
    const url = URL.parse(address.trim());
    if (url !== null && /^(nats|tls):$/.test(url.protocol) && url.host !== '') return url;
    throw new BusConnectError(
      'an address of the bus is malformed: NATS_URL looks like nats://user:password@host:4222, several with commas between them',
    );
  });
  const { username = '', password = '' } = urls.find((url) => url.username !== '') ?? {};
  return {
    servers: urls.map((url) => url.host),
    ...(urls.some((url) => url.protocol === 'tls:') && { tls: {} }),
    ...(password !== ''
      ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) }
      : username !== '' && { token: decodeURIComponent(username) }),
  };
}

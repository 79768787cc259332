import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { redactUrl } from '@tapeline/config';
import { CliError } from '../cli-error.js';

const TIMEOUT_MS = 5_000;

/** A connection that does not wait for a server. @param address as NATS_URL has it. @throws CliError */
export async function connectNats(address: string): Promise<NatsConnection> {
  const urls = address.split(',').map((part) => new URL(part.trim()));
  const { username = '', password = '' } = urls.find((url) => url.username !== '') ?? {};
  try {
    return await connect({
      servers: urls.map((url) => url.host),
      name: 'tapeline',
      timeout: TIMEOUT_MS,
      maxReconnectAttempts: 10,
      ...(urls.some(({ protocol }) => protocol === 'tls:') && { tls: {} }),
      ...(password !== ''
        ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) }
        : username !== '' && { token: decodeURIComponent(username) }),
    });
  } catch (cause) {
    throw new CliError(
      `NATS at ${redactUrl(address)} does not answer (${(cause as Error).message}): check NATS_URL, or leave the events out with --no-events`,
      { cause },
    );
  }
}

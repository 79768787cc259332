import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

/** A connection to NATS with JetStream. */
export interface Bus {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  /** Sends what is pending and closes. */
  close(): Promise<void>;
}

export interface BusOptions {
  readonly url: string;
  /** Shown by the server as the client's name. */
  readonly name: string;
  /** Told about lost and regained connections. */
  readonly onStatus?: (status: string) => void;
}

const RECONNECT_MS = 500;

/** Connects, waiting for the server as long as it takes, and reconnects for ever. */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const { username, password, host, protocol } = new URL(options.url);
  const nc = await connect({
    servers: `${protocol}//${host}`,
    ...(username !== '' && {
      user: decodeURIComponent(username),
      pass: decodeURIComponent(password),
    }),
    name: options.name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    waitOnFirstConnect: true,
    pingInterval: 10_000,
  });
  void (async () => {
    for await (const status of nc.status()) {
      if (status.type !== 'ping') options.onStatus?.(status.type);
    }
  })();
  return {
    nc,
    js: jetstream(nc, { timeout: 5_000 }),
    jsm: await jetstreamManager(nc, { checkAPI: false }),
    close: () => nc.drain(),
  };
}

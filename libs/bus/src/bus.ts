import { setTimeout as delay } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { AuthorizationError } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { BusConnectError } from './bus-connect-error.js';
import { serverOptions } from './server-options.js';

/** A connection to NATS with JetStream. */
export interface Bus {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  /** On how many servers a stream is kept: see {@link BusOptions}. */
  readonly replicas: number;
  /** Whether the server is there at the moment. */
  readonly connected: boolean;
  /** Resolves once the server is there, or the connection is closed for good. */
  whenConnected(): Promise<void>;
  /** An answer of the server; rejects as soon as the connection is lost, since then none will come. */
  whileConnected<Answer>(answer: Promise<Answer>): Promise<Answer>;
  /** Reports to whoever opened the bus. */
  readonly tell: (status: string) => void;
  /** Sends what is pending, if the server is there, and closes. */
  close(): Promise<void>;
}

export interface BusOptions {
  /** `nats://user:password@host:port`, or several of them between commas. */
  readonly url: string;
  /** Shown by the server as the client's name. */
  readonly name: string;
  /** On how many servers of a cluster each stream is kept, 1 by default. */
  readonly replicas?: number;
  /** Told about lost and regained connections, and about what the start waits for. */
  readonly onStatus?: (status: string) => void;
}

const RECONNECT_MS = 500;
const REQUEST_MS = 5_000;
const DRAIN_MS = 1_500;

/**
 * Connects, waiting for the server as long as it takes, and reconnects for ever.
 * @throws BusConnectError where waiting cannot help.
 */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const nc = await connectPatiently(options);
  const tell = options.onStatus ?? (() => undefined);
  let up = Promise.withResolvers<void>();
  let connected = true;
  const unanswered = new Set<(reason: Error) => void>();
  up.resolve();
  const follow = async (): Promise<void> => {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect' && connected) {
        connected = false;
        up = Promise.withResolvers();
        for (const giveUp of unanswered) giveUp(new Error('the connection to NATS was lost'));
        unanswered.clear();
      } else if (status.type === 'reconnect') {
        connected = true;
        up.resolve();
      }
      if (status.type === 'error') tell(`error: ${status.error.message}`);
      else if (!UNTOLD.has(status.type)) tell(status.type);
    }
    connected = false;
    up.resolve();
  };
  void follow();
  return {
    nc,
    js: jetstream(nc, { timeout: REQUEST_MS }),
    jsm: await jetstreamManager(nc, { checkAPI: false, timeout: REQUEST_MS }),
    replicas: options.replicas ?? 1,
    get connected() {
      return connected;
    },
    whenConnected: () => up.promise,
    // No Promise.race with one long-lived promise: that would keep every answer in memory.
    whileConnected: (answer) =>
      new Promise((resolve, reject) => {
        unanswered.add(reject);
        void answer.then(resolve, reject).finally(() => unanswered.delete(reject));
      }),
    tell,
    close: async () => {
      if (nc.isClosed()) return;
      // A drain waits for the server's answer.
      const drained = connected ? nc.drain().catch(() => undefined) : undefined;
      await Promise.race([drained, delay(DRAIN_MS, undefined, { ref: false })]);
      await nc.close();
    },
  };
}

/** Of no use to a reader, and some come twice a second while the server is away. */
const UNTOLD = new Set(['ping', 'reconnecting', 'update']);

async function connectPatiently(options: BusOptions): Promise<NatsConnection> {
  const address = serverOptions(options.url);
  let told = '';
  for (;;) {
    try {
      return await connect({
        ...address,
        name: options.name,
        maxReconnectAttempts: -1,
        reconnectTimeWait: RECONNECT_MS,
        pingInterval: 10_000,
      });
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof AuthorizationError) {
        throw new BusConnectError(
          `the NATS server refuses this user (${message}): correct the user and password in NATS_URL`,
          { cause: error },
        );
      }
      if (message !== told) options.onStatus?.(`waiting for the server: ${message}`);
      told = message;
      await delay(RECONNECT_MS);
    }
  }
}

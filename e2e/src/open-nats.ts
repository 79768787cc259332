/** A NATS client as any other program would be one. */
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { until } from './until.js';

export interface Nats extends AsyncDisposable {
  /** Resolves when the stream has the message. */
  publish(subject: string, payload: object): Promise<void>;
  /** The next message on a subject, counted from the call. */
  next(subject: string): Promise<unknown>;
  /** Messages that a stream holds. */
  count(stream: string): Promise<number>;
  /** Resolves once a message has been given to a service of the consumer. */
  delivered(stream: string, consumer: string): Promise<void>;
}

/** @param urls of one server, or of a cluster's with commas between them. */
export async function openNats(urls: string): Promise<Nats> {
  const connection = await connect({ servers: urls.split(',') });
  const manager = await jetstreamManager(connection);
  return {
    publish: async (subject, payload) => {
      await jetstream(connection).publish(subject, JSON.stringify(payload));
    },
    next: async (subject) => {
      for await (const message of connection.subscribe(subject, { max: 1 })) return message.json();
      throw new Error(`the connection ended before a message came on ${subject}`);
    },
    count: async (stream) => (await manager.streams.info(stream)).state.messages,
    delivered: (stream, consumer) =>
      until(
        async () => (await manager.consumers.info(stream, consumer)).delivered.consumer_seq > 0,
      ),
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

import { setTimeout as delay } from 'node:timers/promises';
import {
  AckPolicy,
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import type { ConsumerConfig, StreamConfig } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import { CONSUMERS, DUPLICATE_WINDOW_SECONDS, STREAMS } from '@tapeline/contracts';
import type { ConsumerDescription, StreamDescription } from '@tapeline/contracts';
import type { Bus } from './bus.js';
import { isTransientBusError } from './is-transient-bus-error.js';

/** A stream or consumer that cannot be made what the topology says. */
export class ProvisionError extends Error {
  readonly code = 'provision_failed';
  override readonly name = 'ProvisionError';
}

const RETRY_MS = 250;

/** The server's answers where a stream or a consumer of that name has another configuration. */
const STREAM_DIFFERS = 10_058;
const CONSUMER_DIFFERS = new Set([10_013, 10_148]);

/** The server's answer where replicas are wanted of a server that is alone. */
const ALONE = 10_074;

/** Messages that one process handles, times this: so many processes may share a consumer. */
const SHARING_PROCESSES = 8;

/**
 * Creates streams and durable consumers, or updates them to what the topology says. Every service
 * does so at start, in any order: a work queue keeps messages until its durable has taken them.
 * Each stream has the bus's number of replicas, or keeps a higher one that somebody gave it.
 * @throws ProvisionError with what to do where an existing one cannot be changed.
 */
export async function provision(
  bus: Bus,
  streams: readonly StreamDescription[] = Object.values(STREAMS),
  consumers: readonly ConsumerDescription[] = Object.values(CONSUMERS),
): Promise<void> {
  for (const stream of streams) {
    const remove = `nats stream rm ${stream.name}`;
    await patiently(bus, `stream ${stream.name}`, remove, () => provisionStream(bus, stream));
  }
  for (const consumer of consumers) {
    const { stream, durable } = consumer;
    const remove = `nats consumer rm ${stream} ${durable}`;
    await patiently(bus, `consumer ${durable} of stream ${stream}`, remove, () =>
      provisionConsumer(bus, consumer),
    );
  }
}

/** Sets up a consumer, and its stream if the topology has it, after either was deleted. */
export async function restoreConsumer(bus: Bus, consumer: ConsumerDescription): Promise<void> {
  const stream = Object.values(STREAMS).find(({ name }) => name === consumer.stream);
  if (stream) await provisionStream(bus, stream);
  await provisionConsumer(bus, consumer);
}

/** Tries again while the server is away, without a leader, or short of room; says why it waits. */
async function patiently(
  bus: Bus,
  what: string,
  remove: string,
  task: () => Promise<unknown>,
): Promise<void> {
  let told = '';
  for (;;) {
    try {
      await bus.whenConnected();
      await task();
      return;
    } catch (error) {
      if (!isTransientBusError(error)) {
        const { message } = error as Error;
        if (errorCode(error) === ALONE) {
          throw new ProvisionError(
            `the ${what} cannot have ${bus.replicas} replicas: ${message}. Set NATS_REPLICAS to 1, or let nats-server be a cluster`,
            { cause: error },
          );
        }
        throw new ProvisionError(
          `the ${what} cannot be set up as libs/contracts/src/topology.ts says: ${message}. If it is left from another version, let its messages be consumed, delete it (${remove}) and start again`,
          { cause: error },
        );
      }
      const { message } = error as Error;
      if (message !== told) bus.tell(`waiting for the ${what}: ${message}`);
      told = message;
      await delay(RETRY_MS);
    }
  }
}

function streamConfig(stream: StreamDescription, replicas: number) {
  return {
    name: stream.name,
    subjects: [...stream.subjects],
    retention:
      stream.retention === 'workqueue' ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: stream.whenFull === 'refuse' ? DiscardPolicy.New : DiscardPolicy.Old,
    max_bytes: stream.maxBytes,
    max_age: nanos(stream.maxAgeSeconds * 1000),
    duplicate_window: nanos(DUPLICATE_WINDOW_SECONDS * 1000),
    num_replicas: replicas,
  } satisfies Partial<StreamConfig>;
}

async function provisionStream(bus: Bus, stream: StreamDescription): Promise<void> {
  const config = streamConfig(stream, bus.replicas);
  try {
    await bus.jsm.streams.add(config);
  } catch (error) {
    if (errorCode(error) !== STREAM_DIFFERS) throw error;
    // What the topology does not mention stays as it is.
    const present = (await bus.jsm.streams.info(stream.name)).config.num_replicas;
    const replicas = Math.max(present, bus.replicas);
    await bus.jsm.streams.update(stream.name, { ...config, num_replicas: replicas });
  }
}

function consumerConfig(consumer: ConsumerDescription): Partial<ConsumerConfig> {
  return {
    durable_name: consumer.durable,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(consumer.ackWaitSeconds * 1000),
    // The application counts: see settle.ts.
    max_deliver: -1,
    max_ack_pending: consumer.concurrency * SHARING_PROCESSES,
    ...(consumer.filter.length > 0 && { filter_subjects: [...consumer.filter] }),
  };
}

async function provisionConsumer(bus: Bus, consumer: ConsumerDescription): Promise<void> {
  const { stream, durable } = consumer;
  const config = consumerConfig(consumer);
  try {
    await bus.jsm.consumers.add(stream, config);
  } catch (error) {
    if (!CONSUMER_DIFFERS.has(errorCode(error))) throw error;
    await bus.jsm.consumers.update(stream, durable, config);
  }
}

const errorCode = (error: unknown): number => (error instanceof JetStreamApiError ? error.code : 0);

import { AckPolicy, DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import type { ConsumerConfig, StreamConfig } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import { CONSUMERS, DUPLICATE_WINDOW_SECONDS, STREAMS } from '@tapeline/contracts';
import type { ConsumerDescription, StreamDescription } from '@tapeline/contracts';
import type { Bus } from './bus.js';
import { isTransientBusError } from './is-transient-bus-error.js';
import { setTimeout as delay } from 'node:timers/promises';

/** A stream or consumer that cannot be made what the topology says. */
export class ProvisionError extends Error {
  readonly code = 'provision_failed';
  override readonly name = 'ProvisionError';
}

const RETRY_MS = 250;

/**
 * Creates streams and durable consumers, or updates them to what the topology says. Every service
 * does so at start, in any order: a work queue keeps messages until its durable has taken them.
 * @throws ProvisionError with what to do where an existing one cannot be changed.
 */
export async function provision(
  bus: Bus,
  streams: readonly StreamDescription[] = Object.values(STREAMS),
  consumers: readonly ConsumerDescription[] = Object.values(CONSUMERS),
): Promise<void> {
  for (const stream of streams) {
    await patiently(`stream ${stream.name}`, () => provisionStream(bus, stream));
  }
  for (const consumer of consumers) {
    await patiently(`consumer ${consumer.durable}`, () => provisionConsumer(bus, consumer));
  }
}

/** Tries again while the server is away or without a leader. */
async function patiently(what: string, task: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await task();
      return;
    } catch (error) {
      if (!isTransientBusError(error)) {
        throw new ProvisionError(
          `${what} cannot be set up as libs/contracts/src/topology.ts says: ${(error as Error).message}. If it is left from another version, empty it and delete it (nats ${what} rm)`,
          { cause: error },
        );
      }
      await delay(RETRY_MS);
    }
  }
}

function streamConfig(stream: StreamDescription): Partial<StreamConfig> & { name: string } {
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
  };
}

async function provisionStream(bus: Bus, stream: StreamDescription): Promise<void> {
  const config = streamConfig(stream);
  try {
    await bus.jsm.streams.add(config);
  } catch (error) {
    if (!isNameInUse(error)) throw error;
    await bus.jsm.streams.update(stream.name, config);
  }
}

/** The server's answer where a stream of that name has another configuration. */
const isNameInUse = (error: unknown): boolean => (error as { code?: unknown }).code === 10_058;

/** The durable's configuration; also used to make one again that was deleted. */
export function consumerConfig(consumer: ConsumerDescription): Partial<ConsumerConfig> {
  return {
    durable_name: consumer.durable,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(consumer.ackWaitSeconds * 1000),
    // The application counts: see settle.ts.
    max_deliver: -1,
    max_ack_pending: consumer.concurrency * 8,
    ...(consumer.filter.length > 0 && { filter_subjects: [...consumer.filter] }),
  };
}

/** Creates the durable, or updates it. */
export async function provisionConsumer(bus: Bus, consumer: ConsumerDescription): Promise<void> {
  await bus.jsm.consumers.add(consumer.stream, consumerConfig(consumer));
}

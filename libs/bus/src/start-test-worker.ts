/** A Nest microservice on a bus of the test's own. For tests. */
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { ConsumerDescription, StreamDescription } from '@tapeline/contracts';
import { createLogger } from '@tapeline/telemetry';
import { BusMessage } from './bus-message.js';
import { BusPublisher } from './bus-publisher.js';
import type { Bus } from './bus.js';
import { Consume } from './consume.js';
import type { Handler } from './consume.js';
import { JetStreamStrategy } from './jetstream-strategy.js';
import type { StrategyOptions } from './jetstream-strategy.js';
import type { Outcome } from './outcome.js';

export const silent = createLogger('test', 'silent');

export interface TestQueue {
  readonly stream: StreamDescription;
  readonly consumer: ConsumerDescription;
  /** Within the stream. */
  readonly subject: string;
}

/** A work queue and its consumer, with a name that no other test has. */
export function testQueue(
  settings: Partial<ConsumerDescription & Pick<StreamDescription, 'maxBytes'>> = {},
): TestQueue {
  const name = `T${randomUUID().slice(0, 8)}`;
  const { maxBytes = 64 * 1024 * 1024, ...consumer } = settings;
  return {
    stream: {
      name,
      subjects: [`${name}.>`],
      retention: 'workqueue',
      maxBytes,
      maxAgeSeconds: 0,
      whenFull: 'refuse',
    },
    consumer: {
      durable: 'work',
      stream: name,
      filter: [],
      ackWaitSeconds: 10,
      maxDeliver: 5,
      concurrency: 2,
      ...consumer,
    },
    subject: `${name}.GLBX-MDP3.trades`,
  };
}

/** Starts a service whose one controller passes a consumer's messages to `handler`. */
export async function startTestWorker(
  bus: Bus,
  consumer: ConsumerDescription,
  handler: Handler,
  options?: StrategyOptions,
) {
  @Controller()
  class TestController {
    @Consume(consumer)
    handle(message: BusMessage): Promise<Outcome> {
      return handler(message);
    }
  }
  @Module({ controllers: [TestController] })
  class TestModule {}

  const publisher = new BusPublisher(bus, silent);
  const strategy = new JetStreamStrategy(bus, publisher, silent, options);
  const app = await NestFactory.createMicroservice(TestModule, {
    strategy,
    logger: false,
    abortOnError: false,
  });
  await app.listen();
  return { strategy, close: () => app.close() };
}

/** Waits until the condition holds. @throws if it does not within 30 s. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + 30_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`within 30 s it did not come about that ${what}`);
    await delay(20);
  }
}

/** Messages that a stream holds. */
export async function countMessages(bus: Bus, stream: string): Promise<number> {
  const { state } = await bus.jsm.streams.info(stream);
  return state.messages;
}

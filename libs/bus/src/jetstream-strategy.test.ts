import 'reflect-metadata';
import { Controller, Module, UseInterceptors } from '@nestjs/common';
import type { NestInterceptor } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern } from '@nestjs/microservices';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { STREAMS } from '@tapeline/contracts';
import { testNats } from '@tapeline/testing';
import type { TestNats } from '@tapeline/testing';
import { BusMessage } from './bus-message.js';
import { BusPublisher } from './bus-publisher.js';
import { connectBus } from './bus.js';
import type { Bus } from './bus.js';
import { Consume } from './consume.js';
import { JetStreamStrategy } from './jetstream-strategy.js';
import { done } from './outcome.js';
import type { Outcome } from './outcome.js';
import { provision } from './provision.js';
import {
  countMessages,
  eventually,
  silent,
  startTestWorker,
  testQueue,
} from './start-test-worker.js';
import type { TestQueue } from './start-test-worker.js';

let nats: TestNats;
let bus: Bus;
let publisher: BusPublisher;

beforeAll(async () => {
  nats = await testNats();
  bus = await connectBus({ url: nats.url, name: 'test' });
  publisher = new BusPublisher(bus, silent);
  await provision(bus, [STREAMS.DEAD_LETTERS], []);
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});

async function start(controller: new () => object) {
  @Module({ controllers: [controller] })
  class TestModule {}
  const strategy = new JetStreamStrategy(bus, publisher, silent);
  return NestFactory.createMicroservice(TestModule, {
    strategy,
    logger: false,
    abortOnError: false,
  });
}

/** Why the queue's one message became a dead letter. */
async function deadReason(queue: TestQueue): Promise<string | undefined> {
  await publisher.publish(queue.subject, new Uint8Array(1), { msgId: queue.subject });
  await eventually('the queue is empty', async () => {
    return (await countMessages(bus, queue.stream.name)) === 0;
  });
  const subject = `dead.${queue.stream.name}.work`;
  const letter = await bus.jsm.streams.getMessage('DEAD_LETTERS', { last_by_subj: subject });
  return letter?.header.get('Tapeline-Dead-Reason');
}

it('counts as failures what is thrown around a handler', async () => {
  const queue = testQueue({ maxDeliver: 2 });
  await provision(bus, [queue.stream], [queue.consumer]);
  let tries = 0;
  const refusing: NestInterceptor = {
    intercept() {
      tries++;
      throw new Error('refused');
    },
  };
  @Controller()
  class TestController {
    @UseInterceptors(refusing)
    @Consume(queue.consumer)
    async handle(message: BusMessage): Promise<Outcome> {
      return message.data.length > 0 ? done() : done();
    }
  }
  const app = await start(TestController);
  await app.listen();
  expect(await deadReason(queue)).toContain('Internal server error');
  expect(tries).toBe(2);
  await app.close();
});

it('counts as a failure what is no outcome', async () => {
  const queue = testQueue({ maxDeliver: 1 });
  await provision(bus, [queue.stream], [queue.consumer]);
  const worker = await startTestWorker(bus, queue.consumer, async () => {
    return undefined as unknown as Outcome;
  });
  expect(await deadReason(queue)).toBe(
    'a handler returns done() or deadLetter(), and not undefined',
  );
  await worker.close();
});

it('refuses a handler without a consumer', async () => {
  @Controller()
  class TestController {
    @EventPattern('plain')
    async handle(message: BusMessage): Promise<number> {
      return message.data.length;
    }
  }
  const app = await start(TestController);
  await expect(app.listen()).rejects.toThrow("the handler of 'plain' is not marked with @Consume");
});

import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { testNats } from '@tapeline/testing';
import type { TestNats } from '@tapeline/testing';
import { BusPublisher } from './bus-publisher.js';
import { connectBus } from './bus.js';
import type { Bus } from './bus.js';
import { done } from './outcome.js';
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
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});

const publish = ({ subject }: TestQueue, index: number): Promise<void> =>
  publisher.publish(subject, Uint8Array.of(index), { msgId: `${subject} ${index}` });

const isEmpty =
  ({ stream }: TestQueue) =>
  async () =>
    (await countMessages(bus, stream.name)) === 0;

it('goes on after a crash of the server, idle or not, and loses nothing', async () => {
  const queue = testQueue({ ackWaitSeconds: 1, concurrency: 4 });
  const idle = testQueue();
  await provision(bus, [queue.stream, idle.stream], [queue.consumer, idle.consumer]);
  const seen = new Set<number>();
  let crashed: Promise<void> | undefined;
  const worker = await startTestWorker(bus, queue.consumer, async (message) => {
    seen.add(message.data[0] ?? -1);
    if (seen.size === 20) crashed ??= nats.crash();
    await delay(2);
    return done();
  });
  const idleWorker = await startTestWorker(bus, idle.consumer, async () => done());
  const all = Array.from({ length: 100 }, (_, index) => publish(queue, index));
  await eventually('the server has crashed', () => crashed !== undefined && !bus.connected);
  await crashed;
  expect(worker.strategy.trouble()).toBe('the NATS server is away');
  await nats.revive();
  await bus.whenConnected();

  await publish(idle, 1);
  await eventually('the idle one takes a message', isEmpty(idle));
  await Promise.all(all);
  await eventually('the queue is empty', isEmpty(queue));
  expect(seen.size).toBe(100);
  expect(worker.strategy.trouble()).toBeNull();
  await Promise.all([worker.close(), idleWorker.close()]);
});

it('no longer heeds who has given a message back', async () => {
  const queue = testQueue({ ackWaitSeconds: 60, concurrency: 1 });
  await provision(bus, [queue.stream], [queue.consumer]);
  const ending = Promise.withResolvers<void>();
  let begun = false;
  const slow = await startTestWorker(
    bus,
    queue.consumer,
    async () => {
      begun = true;
      await ending.promise;
      return done();
    },
    { graceMs: 100 },
  );
  await publish(queue, 1);
  await eventually('it is in hand', () => begun);
  await slow.close();

  const seen: number[] = [];
  const release = Promise.withResolvers<void>();
  const other = await startTestWorker(bus, queue.consumer, async (message) => {
    seen.push(message.deliveryCount);
    await release.promise;
    return done();
  });
  await eventually('the other has it', () => seen.length === 1);
  // What the first says now no longer counts: the other one still has the message in hand.
  ending.resolve();
  await delay(100);
  await bus.nc.flush();
  expect(await countMessages(bus, queue.stream.name)).toBe(1);
  release.resolve();
  await eventually('the queue is empty', isEmpty(queue));
  expect(seen).toEqual([2]);
  await other.close();
});

it('ends when the connection is closed for good', async () => {
  const queue = testQueue();
  await provision(bus, [queue.stream], [queue.consumer]);
  const closing = await connectBus({ url: nats.url, name: 'closing' });
  const begun = Promise.withResolvers<void>();
  const worker = await startTestWorker(closing, queue.consumer, async () => {
    begun.resolve();
    await delay(50);
    return done();
  });
  await publish(queue, 1);
  await begun.promise;
  await closing.nc.close();
  await worker.close();
  expect(worker.strategy.trouble()).not.toBeNull();
});

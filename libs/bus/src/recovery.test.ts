import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { batchSubject, CONSUMERS, STREAMS } from '@tapeline/contracts';
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

it('goes on after its consumer was deleted', async () => {
  const { stream, consumer, subject } = testQueue();
  await provision(bus, [stream], [consumer]);
  const seen: number[] = [];
  const worker = await startTestWorker(bus, consumer, async (message) => {
    seen.push(message.streamSequence);
    return done();
  });
  await publisher.publish(subject, new Uint8Array(1), { msgId: '1' });
  await eventually('the first is consumed', () => seen.length === 1);
  await bus.jsm.consumers.delete(stream.name, consumer.durable);
  await publisher.publish(subject, new Uint8Array(1), { msgId: '2' });
  await eventually('the second is consumed', () => seen.length === 2);
  expect(worker.strategy.trouble()).toBeNull();
  await worker.close();
});

it('sets up a stream of the topology again after it was deleted', async () => {
  const consumer = CONSUMERS.transform;
  const subject = batchSubject('raw', 'GLBX.MDP3', 'trades');
  await provision(bus, [STREAMS.RAW], [consumer]);
  let seen = 0;
  const worker = await startTestWorker(bus, consumer, async () => {
    seen++;
    return done();
  });
  await publisher.publish(subject, new Uint8Array(1), { msgId: '1' });
  await eventually('the first is consumed', () => seen === 1);
  await bus.jsm.streams.delete('RAW');
  await publisher.publish(subject, new Uint8Array(1), { msgId: '2' });
  await eventually('the second is consumed', () => seen === 2);
  expect((await bus.jsm.streams.info('RAW')).config.subjects).toEqual(STREAMS.RAW.subjects);
  await worker.close();
});

it('says what is wrong while its stream is missing', async () => {
  const { stream, consumer, subject } = testQueue();
  await provision(bus, [stream], [consumer]);
  let seen = 0;
  const worker = await startTestWorker(bus, consumer, async () => {
    seen++;
    return done();
  });
  await bus.jsm.streams.delete(stream.name);
  await eventually('it says so', () => worker.strategy.trouble() === 'stream not found');
  await provision(bus, [stream], []);
  await publisher.publish(subject, new Uint8Array(1), { msgId: '1' });
  await eventually('the message is consumed', () => seen === 1);
  expect(worker.strategy.trouble()).toBeNull();
  await worker.close();
});

it('loses nothing when the server is killed under publisher and workers', async () => {
  await using other = await testNats();
  const own = await connectBus({ url: other.url, name: 'test' });
  const { stream, consumer, subject } = testQueue({ ackWaitSeconds: 2 });
  await provision(own, [stream], [consumer]);
  const seen = new Set<number>();
  const worker = await startTestWorker(own, consumer, async (message) => {
    seen.add(Number(message.json()));
    return done();
  });
  const sender = new BusPublisher(own, silent);
  const count = 600;
  const kills = new Set([100, 350]);
  const troubles: (string | null)[] = [];
  for (let index = 0; index < count; index += 50) {
    const batch = Array.from({ length: 50 }, async (_, offset) => {
      const text = `${index + offset}`;
      await sender.publish(subject, Buffer.from(text), { msgId: text });
    });
    if (kills.has(index)) {
      await other.crash();
      await eventually('the loss is noticed', () => !own.connected);
      troubles.push(worker.strategy.trouble());
      await other.revive();
    }
    await Promise.all(batch);
  }
  await eventually('the queue is empty', async () => (await countMessages(own, stream.name)) === 0);
  expect(seen.size).toBe(count);
  expect(troubles).toEqual(['the NATS server is away', 'the NATS server is away']);
  await eventually('all is well', () => worker.strategy.trouble() === null);
  await worker.close();
  await own.close();
}, 90_000);

it('puts off the deadline of what takes long', async () => {
  const { stream, consumer, subject } = testQueue({ ackWaitSeconds: 1, concurrency: 1 });
  await provision(bus, [stream], [consumer]);
  const deliveries: number[] = [];
  const worker = await startTestWorker(bus, consumer, async (message) => {
    deliveries.push(message.deliveryCount);
    const end = performance.now() + 1_600;
    await eventually('the time is over', () => performance.now() > end);
    return done();
  });
  // While the first is in hand the second waits at the server, not here.
  await publisher.publish(subject, new Uint8Array(1), { msgId: '1' });
  await publisher.publish(subject, new Uint8Array(1), { msgId: '2' });
  await eventually('the queue is empty', async () => (await countMessages(bus, stream.name)) === 0);
  expect(deliveries).toEqual([1, 1]);
  await worker.close();
});

it('handles as many at a time as the consumer says', async () => {
  const { stream, consumer, subject } = testQueue({ concurrency: 3 });
  await provision(bus, [stream], [consumer]);
  const gate = Promise.withResolvers<void>();
  let inHand = 0;
  let most = 0;
  const worker = await startTestWorker(bus, consumer, async () => {
    most = Math.max(most, ++inHand);
    await gate.promise;
    inHand--;
    return done();
  });
  const ids = Array.from({ length: 9 }, (_, index) => `${index}`);
  await Promise.all(ids.map((msgId) => publisher.publish(subject, new Uint8Array(1), { msgId })));
  await eventually('three are in hand', () => inHand === 3);
  const { num_ack_pending: pending } = await bus.jsm.consumers.info(stream.name, consumer.durable);
  expect(pending).toBe(3);
  gate.resolve();
  await eventually('the queue is empty', async () => (await countMessages(bus, stream.name)) === 0);
  expect(most).toBe(3);
  await worker.close();
});

it('finishes what is in hand before it closes', async () => {
  const { stream, consumer, subject } = testQueue({ concurrency: 1 });
  await provision(bus, [stream], [consumer]);
  const gate = Promise.withResolvers<void>();
  let begun = 0;
  const worker = await startTestWorker(bus, consumer, async () => {
    begun++;
    await gate.promise;
    return done();
  });
  await publisher.publish(subject, new Uint8Array(1), { msgId: '1' });
  await publisher.publish(subject, new Uint8Array(1), { msgId: '2' });
  await eventually('the first is in hand', () => begun === 1);
  const closed = worker.close();
  gate.resolve();
  await closed;
  await bus.nc.flush();
  expect(begun).toBe(1);
  expect(await countMessages(bus, stream.name)).toBe(1);
});

it('gives back what it cannot finish in time, to whoever is left', async () => {
  const { stream, consumer, subject } = testQueue({ concurrency: 1, ackWaitSeconds: 60 });
  await provision(bus, [stream], [consumer]);
  const gate = Promise.withResolvers<void>();
  let begun = 0;
  const slow = await startTestWorker(
    bus,
    consumer,
    async () => {
      begun++;
      await gate.promise;
      return done();
    },
    { graceMs: 100 },
  );
  await publisher.publish(subject, new Uint8Array(1), { msgId: '1' });
  await eventually('it is in hand', () => begun === 1);
  await slow.close();
  const attempts: number[] = [];
  const next = await startTestWorker(bus, consumer, async (message) => {
    attempts.push(message.attempt);
    return done();
  });
  await eventually('the queue is empty', async () => (await countMessages(bus, stream.name)) === 0);
  expect(attempts).toEqual([1]);
  gate.resolve();
  await next.close();
});

it('closes at once when there is nothing in hand', async () => {
  const { stream, consumer } = testQueue();
  await provision(bus, [stream], [consumer]);
  const worker = await startTestWorker(bus, consumer, async () => done());
  await eventually('it waits for messages', async () => {
    const info = await bus.jsm.consumers.info(stream.name, consumer.durable);
    return info.num_waiting === 2;
  });
  const begin = performance.now();
  await worker.close();
  expect(performance.now() - begin).toBeLessThan(2_000);
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { STREAMS } from '@tapeline/contracts';
import { testNats } from '@tapeline/testing';
import type { TestNats } from '@tapeline/testing';
import { BusPublisher } from './bus-publisher.js';
import { connectBus } from './bus.js';
import type { Bus } from './bus.js';
import { deadLetter, done } from './outcome.js';
import { provision } from './provision.js';
import {
  countMessages,
  eventually,
  silent,
  startTestWorker,
  testQueue,
} from './start-test-worker.js';
import { NotYetError, TransientError } from './transient-error.js';

let nats: TestNats;
let bus: Bus;
let publisher: BusPublisher;

beforeAll(async () => {
  nats = await testNats();
  bus = await connectBus({ url: nats.url, name: 'test' });
  publisher = new BusPublisher(bus, silent);
  await provision(bus, [STREAMS.DEAD_LETTERS, STREAMS.INGEST_EVENTS], []);
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});

const payload = Uint8Array.from({ length: 256 }, (_, index) => index);
const headers = { 'Tapeline-Job': 'j1', 'Tapeline-Chunk': 'c1', 'Tapeline-Batch': 'c1.0' };

it('hands over a message whole, and takes it off the queue once it is done', async () => {
  const queue = testQueue();
  await provision(bus, [queue.stream], [queue.consumer]);
  const seen: object[] = [];
  const worker = await startTestWorker(bus, queue.consumer, async (message) => {
    const { subject, data, stream, consumer, streamSequence, deliveryCount, attempt } = message;
    const job = message.header('Tapeline-Job');
    const none = message.header('Tapeline-Part');
    seen.push({ subject, data, stream, consumer, streamSequence, deliveryCount, attempt });
    seen.push({ job, none });
    return done();
  });
  await publisher.publish(queue.subject, payload, { msgId: '1', headers });
  await eventually('the queue is empty', async () => {
    return (await countMessages(bus, queue.stream.name)) === 0;
  });
  expect(seen).toEqual([
    {
      subject: queue.subject,
      data: payload,
      stream: queue.stream.name,
      consumer: 'work',
      streamSequence: 1,
      deliveryCount: 1,
      attempt: 1,
    },
    { job: 'j1', none: undefined },
  ]);
  await worker.close();
});

it('tries again after a throw, synchronous or not', async () => {
  const queue = testQueue();
  await provision(bus, [queue.stream], [queue.consumer]);
  const attempts: number[] = [];
  const worker = await startTestWorker(bus, queue.consumer, (message) => {
    attempts.push(message.attempt);
    if (attempts.length === 1) throw new Error('synchronous');
    if (attempts.length === 2) return Promise.reject(new Error('not'));
    return Promise.resolve(done());
  });
  await publisher.publish(queue.subject, payload, { msgId: '1' });
  await eventually('the queue is empty', async () => {
    return (await countMessages(bus, queue.stream.name)) === 0;
  });
  expect(attempts).toEqual([1, 2, 3]);
  await worker.close();
});

it('never counts an outage: not while it lasts, and not against what fails after it', async () => {
  const queue = testQueue({ maxDeliver: 2 });
  await provision(bus, [queue.stream], [queue.consumer]);
  const attempts: number[] = [];
  const troubles: (string | null)[] = [];
  const worker = await startTestWorker(bus, queue.consumer, async (message) => {
    attempts.push(message.attempt);
    troubles.push(worker.strategy.trouble());
    if (attempts.length <= 3) throw new TransientError('the database is away');
    if (attempts.length === 4) throw new Error('an ordinary failure');
    return done();
  });
  const before = await countMessages(bus, 'DEAD_LETTERS');
  await publisher.publish(queue.subject, payload, { msgId: '1' });
  await eventually('the queue is empty', async () => {
    return (await countMessages(bus, queue.stream.name)) === 0;
  });
  expect(attempts).toEqual([1, 1, 1, 1, 2]);
  // The service is not ready while it lasts.
  const away = 'the database is away';
  expect([...troubles, worker.strategy.trouble()]).toEqual([null, away, away, away, null, null]);
  expect(await countMessages(bus, 'DEAD_LETTERS')).toBe(before);
  await worker.close();
});

it('takes for an outage what the service tells from its own failures', async () => {
  const queue = testQueue({ maxDeliver: 1 });
  await provision(bus, [queue.stream], [queue.consumer]);
  const troubles: (string | null)[] = [];
  const worker = await startTestWorker(
    bus,
    queue.consumer,
    async () => {
      troubles.push(worker.strategy.trouble());
      if (troubles.length === 1) throw new Error('terminated');
      if (troubles.length === 2) throw new NotYetError('terminated');
      throw new Error('its own');
    },
    { outageOf: (error) => ((error as Error).message === 'terminated' ? 'it is away' : undefined) },
  );
  const before = await countMessages(bus, 'DEAD_LETTERS');
  await publisher.publish(queue.subject, payload, { msgId: '1' });
  await eventually('it is a dead letter', async () => {
    return (await countMessages(bus, 'DEAD_LETTERS')) === before + 1;
  });
  expect(troubles).toEqual([null, 'it is away', 'it is away']);
  expect(worker.strategy.trouble()).toBeNull();
  await worker.close();
});

it('stores a dead letter with payload and reason, tells the job, and frees the queue', async () => {
  const queue = testQueue();
  await provision(bus, [queue.stream], [queue.consumer]);
  const worker = await startTestWorker(bus, queue.consumer, async () =>
    deadLetter('price_undefined', 'two\nlines'),
  );
  await publisher.publish(queue.subject, payload, { msgId: '1', headers });
  await eventually('the queue is empty', async () => {
    return (await countMessages(bus, queue.stream.name)) === 0;
  });

  const subject = `dead.${queue.stream.name}.work`;
  const letter = await bus.jsm.streams.getMessage('DEAD_LETTERS', { last_by_subj: subject });
  expect(letter?.data).toEqual(payload);
  const expected = {
    ...headers,
    'Tapeline-Dead-Code': 'price_undefined',
    'Tapeline-Dead-Reason': 'two lines',
    'Tapeline-Dead-Subject': queue.subject,
  };
  for (const [name, value] of Object.entries(expected)) {
    expect([name, letter?.header.get(name)]).toEqual([name, value]);
  }
  const event = await bus.jsm.streams.getMessage('INGEST_EVENTS', {
    last_by_subj: 'ingest.event.j1.failed',
  });
  expect(event?.json()).toEqual({
    event: 'failed',
    job_id: 'j1',
    at: expect.stringMatching(/Z$/),
    by: 'work',
    reason: 'dead_letter',
    message: 'work gave up on batch c1.0: two lines',
    batch_id: 'c1.0',
  });
  await worker.close();
});

it('makes a dead letter of what has failed maxDeliver times', async () => {
  const queue = testQueue({ maxDeliver: 2 });
  await provision(bus, [queue.stream], [queue.consumer]);
  let tries = 0;
  const worker = await startTestWorker(bus, queue.consumer, async () => {
    tries++;
    throw Object.assign(new Error('always'), { code: 'E_ALWAYS' });
  });
  await publisher.publish(queue.subject, payload, { msgId: '1' });
  await eventually('the queue is empty', async () => {
    return (await countMessages(bus, queue.stream.name)) === 0;
  });
  const subject = `dead.${queue.stream.name}.work`;
  const letter = await bus.jsm.streams.getMessage('DEAD_LETTERS', { last_by_subj: subject });
  expect(tries).toBe(2);
  expect(letter?.header.get('Tapeline-Dead-Code')).toBe('E_ALWAYS');
  expect(letter?.header.get('Tapeline-Dead-Reason')).toBe('always');
  await worker.close();
});

it('keeps the message where its dead letter cannot be stored', async () => {
  const queue = testQueue({ maxDeliver: 1 });
  await provision(bus, [queue.stream], [queue.consumer]);
  let tries = 0;
  const worker = await startTestWorker(bus, queue.consumer, async () => {
    tries++;
    return deadLetter('too_large', 'x'.repeat(1_000));
  });
  // With the headers of a dead letter it is above the server's limit of 1 MiB.
  const largest = new Uint8Array(1024 * 1024 - 200);
  await publisher.publish(queue.subject, largest, { msgId: '1' });
  await eventually('it was tried', () => tries > 0);
  await worker.close();
  expect(await countMessages(bus, queue.stream.name)).toBe(1);
});

import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { STREAMS } from '@tapeline/contracts';
import type { JobEvent } from '@tapeline/contracts';
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
import { TransientError } from './transient-error.js';

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

it('stores a message id once', async () => {
  const { stream, consumer, subject } = testQueue();
  await provision(bus, [stream], [consumer]);
  const one = new Uint8Array([1]);
  await Promise.all([1, 2, 3].map(() => publisher.publish(subject, one, { msgId: 'same' })));
  await publisher.publish(subject, one, { msgId: 'another' });
  expect(await countMessages(bus, stream.name)).toBe(2);
});

it('leaves at most a window of messages unconfirmed', async () => {
  // A plain subscriber confirms in the place of a stream, so that the test decides when.
  const unconfirmed: (() => void)[] = [];
  const subscription = bus.nc.subscribe('window.test', {
    callback: (_error, message) => {
      unconfirmed.push(() => message.respond(JSON.stringify({ stream: 'S', seq: 1 })));
    },
  });
  const narrow = new BusPublisher(bus, silent, 4);
  const ids = Array.from({ length: 10 }, (_, index) => `${index}`);
  const all = Promise.all(
    ids.map((msgId) => narrow.publish('window.test', new Uint8Array(8), { msgId })),
  );
  const sizes: number[] = [];
  for (const expected of [4, 4, 2]) {
    await eventually('the window is full', () => unconfirmed.length >= expected);
    await delay(50);
    sizes.push(unconfirmed.length);
    for (const confirm of unconfirmed.splice(0)) confirm();
  }
  await all;
  subscription.unsubscribe();
  expect(sizes).toEqual([4, 4, 2]);
});

it('waits while a stream is full, and loses nothing', async () => {
  const { stream, consumer, subject } = testQueue({ maxBytes: 64 * 1024 });
  await provision(bus, [stream], [consumer]);
  let stored = 0;
  const all = Array.from({ length: 40 }, async (_, index) => {
    await publisher.publish(subject, new Uint8Array(10_000).fill(index), { msgId: `${index}` });
    stored++;
  });
  await eventually('the stream is full', async () => (await countMessages(bus, stream.name)) === 6);
  await delay(300);
  expect(stored).toBe(6);

  const seen = new Set<number>();
  const worker = await startTestWorker(bus, consumer, async (message) => {
    seen.add(message.data[0] ?? -1);
    return done();
  });
  await Promise.all(all);
  await eventually('all are consumed', () => seen.size === 40);
  await worker.close();
}, 90_000);

it('waits for a stream that is not there yet', async () => {
  const { stream, consumer, subject } = testQueue();
  const sent = publisher.publish(subject, new Uint8Array([1]), { msgId: '1' });
  await delay(200);
  await provision(bus, [stream], [consumer]);
  await sent;
  expect(await countMessages(bus, stream.name)).toBe(1);
});

it('refuses what the server never takes', async () => {
  const { stream, consumer, subject } = testQueue();
  await provision(bus, [stream], [consumer]);
  const large = publisher.publish(subject, new Uint8Array(1024 * 1024 + 1), { msgId: '1' });
  await expect(large).rejects.toMatchObject({
    code: 'publish_refused',
    message: expect.stringMatching(/1048577 bytes.*max_payload/),
  });
  const blank = publisher.publish('a b', new Uint8Array(1), { msgId: '1' });
  await expect(blank).rejects.toMatchObject({ code: 'publish_refused' });
});

it('stores each message once when the server is killed meanwhile', async () => {
  const { stream, consumer, subject } = testQueue();
  await provision(bus, [stream], [consumer]);
  let confirmed = 0;
  const all = Array.from({ length: 400 }, async (_, index) => {
    await publisher.publish(subject, new Uint8Array(8).fill(index), { msgId: `${index}` });
    confirmed++;
  });
  await eventually('some are stored', () => confirmed >= 50);
  await nats.crash();
  expect(confirmed).toBeLessThan(400);
  await nats.revive();
  await Promise.all(all);
  expect(await countMessages(bus, stream.name)).toBe(400);
});

it('gives up when it is closed', async () => {
  const closing = new BusPublisher(bus, silent);
  const sent = closing.publish('no.stream.here', new Uint8Array(1), { msgId: '1' });
  closing.close();
  await expect(sent).rejects.toMatchObject({
    name: 'TransientError',
    message: 'closed before no.stream.here confirmed a message',
  });
  const late = closing.publish('no.stream.here', new Uint8Array(1), { msgId: '2' });
  await expect(late).rejects.toBeInstanceOf(TransientError);
});

it('appends events, and only those of the agreed form', async () => {
  await provision(bus, [STREAMS.INGEST_EVENTS], []);
  const event: JobEvent = {
    event: 'failed',
    job_id: 'job.7',
    at: '2026-01-01T00:00:00Z',
    by: 'writer',
    reason: 'dead_letter',
    message: 'no',
    batch_id: null,
  };
  const subject = 'ingest.event.job-7.failed';
  const read = () => bus.jsm.streams.getMessage('INGEST_EVENTS', { last_by_subj: subject });
  await publisher.publishEvent(event);
  await publisher.publishEvent(event);
  const last = await read();
  expect([last?.seq, last?.json()]).toEqual([1, event]);
  // The same told again later is news: a job that is sent again must be heard.
  const again = { ...event, at: '2026-01-01T00:00:09Z' };
  await publisher.publishEvent(again);
  expect((await read())?.json()).toEqual(again);
  expect(last?.header.get('Tapeline-Job')).toBe('job.7');

  const odd = { ...event, event: 'finished' } as unknown as JobEvent;
  await expect(publisher.publishEvent(odd)).rejects.toThrow('Invalid');
});

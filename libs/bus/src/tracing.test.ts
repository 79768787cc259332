import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';
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

type SpanProcessor = NonNullable<NodeSDKConfiguration['spanProcessors']>[number];
type EndedSpan = Parameters<SpanProcessor['onEnd']>[0];

const ended: EndedSpan[] = [];
const sdk = new NodeSDK({
  spanProcessors: [
    {
      onStart: () => undefined,
      onEnd: (span) => ended.push(span),
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    },
  ],
  metricReaders: [],
  logRecordProcessors: [],
});

let nats: TestNats;
let bus: Bus;
let publisher: BusPublisher;

beforeAll(async () => {
  sdk.start();
  nats = await testNats();
  bus = await connectBus({ url: nats.url, name: 'test' });
  publisher = new BusPublisher(bus, silent);
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
  await sdk.shutdown();
});

it('follows a batch over two hops in one trace', async () => {
  const raw = testQueue();
  const out = testQueue();
  await provision(bus, [raw.stream, out.stream], [raw.consumer, out.consumer]);
  const headers = { 'Tapeline-Job': 'j1', 'Tapeline-Chunk': 'c1', 'Tapeline-Batch': 'c1.0' };
  const first = await startTestWorker(bus, raw.consumer, async (message) => {
    await publisher.publish(out.subject, message.data, { msgId: 'out', headers });
    return done();
  });
  const second = await startTestWorker(bus, out.consumer, async () => done());
  await publisher.publish(raw.subject, new Uint8Array(5), { msgId: 'raw', headers });
  await eventually('both hops are done', () => ended.length === 4);
  await Promise.all([first.close(), second.close()]);

  // A consumer may be done before its publisher has heard of the storing.
  const chain = [
    `publish ${raw.subject}`,
    `process ${raw.subject}`,
    `publish ${out.subject}`,
    `process ${out.subject}`,
  ].map((name) => ended.find((span) => span.name === name));
  const ids = chain.map((span) => span?.spanContext().spanId);
  expect(new Set(chain.map((span) => span?.spanContext().traceId)).size).toBe(1);
  expect(chain.map((span) => span?.parentSpanContext?.spanId)).toEqual([
    undefined,
    ...ids.slice(0, 3),
  ]);
  expect(chain.map((span) => span?.kind)).toEqual([
    SpanKind.PRODUCER,
    SpanKind.CONSUMER,
    SpanKind.PRODUCER,
    SpanKind.CONSUMER,
  ]);
  const common = {
    'messaging.system': 'nats',
    'messaging.destination.name': out.subject,
    'messaging.message.id': 'out',
    'messaging.message.body.size': 5,
    'tapeline.job': 'j1',
    'tapeline.chunk': 'c1',
    'tapeline.batch': 'c1.0',
  };
  expect(chain[2]?.attributes).toEqual(common);
  expect(chain[3]?.attributes).toEqual({
    ...common,
    'messaging.consumer.group.name': 'work',
    'messaging.nats.stream': out.stream.name,
    'messaging.nats.sequence': 1,
    'messaging.nats.delivery_count': 1,
  });
});

it('marks what failed, and keeps the dead letter in the trace', async () => {
  ended.length = 0;
  const { stream, consumer, subject } = testQueue();
  await provision(bus, [stream, STREAMS.DEAD_LETTERS], [consumer]);
  const worker = await startTestWorker(bus, consumer, async (message) => {
    if (message.attempt === 1) throw new Error('not yet');
    return deadLetter('bad', 'never');
  });
  await publisher.publish(subject, new Uint8Array(1), { msgId: '1' });
  await eventually('the queue is empty', async () => (await countMessages(bus, stream.name)) === 0);
  await worker.close();

  const tries = ended.filter(({ name }) => name === `process ${subject}`);
  expect(tries.map(({ status }) => status)).toEqual([
    { code: SpanStatusCode.ERROR, message: 'not yet' },
    { code: SpanStatusCode.ERROR, message: 'never' },
  ]);
  const letter = ended.find(({ name }) => name.startsWith('publish dead.'));
  expect(letter?.parentSpanContext?.spanId).toBe(tries[1]?.spanContext().spanId);
});

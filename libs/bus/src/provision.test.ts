import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CONSUMERS, STREAMS } from '@tapeline/contracts';
import { testNats, testNatsCluster } from '@tapeline/testing';
import type { TestNats } from '@tapeline/testing';
import { connectBus } from './bus.js';
import type { Bus } from './bus.js';
import { provision, ProvisionError } from './provision.js';
import { eventually, testQueue } from './start-test-worker.js';

let nats: TestNats;
let bus: Bus;

beforeAll(async () => {
  nats = await testNats();
  bus = await connectBus({ url: nats.url, name: 'test' });
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});

it('sets up the whole topology, whoever comes first', async () => {
  const buses = await Promise.all(
    [1, 2, 3].map((n) => connectBus({ url: nats.url, name: `service ${n}` })),
  );
  await Promise.all(buses.map((one) => provision(one)));
  await provision(bus);
  await Promise.all(buses.map((one) => one.close()));

  const names: string[] = [];
  for await (const name of bus.jsm.streams.names()) names.push(name);
  expect(names.toSorted()).toEqual(Object.keys(STREAMS).toSorted());
  for (const { stream, durable, concurrency, ackWaitSeconds } of Object.values(CONSUMERS)) {
    const { config } = await bus.jsm.consumers.info(stream, durable);
    expect(config).toMatchObject({
      durable_name: durable,
      ack_policy: 'explicit',
      ack_wait: ackWaitSeconds * 1e9,
      max_deliver: -1,
      max_ack_pending: concurrency * 8,
    });
  }
  const { config } = await bus.jsm.streams.info('RAW');
  expect(config).toMatchObject({
    subjects: ['md.raw.>'],
    retention: 'workqueue',
    discard: 'new',
    storage: 'file',
    max_bytes: STREAMS.RAW.maxBytes,
    duplicate_window: 120e9,
  });
});

it('brings streams and consumers of an older version up to date', async () => {
  const { stream, consumer } = testQueue({ maxBytes: 1_000_000 });
  await provision(bus, [stream], [consumer]);
  await provision(
    bus,
    [{ ...stream, maxBytes: 2_000_000 }],
    [{ ...consumer, ackWaitSeconds: 77, concurrency: 3 }],
  );
  const { config } = await bus.jsm.consumers.info(stream.name, consumer.durable);
  expect(config).toMatchObject({ ack_wait: 77e9, max_ack_pending: 24 });
  expect((await bus.jsm.streams.info(stream.name)).config.max_bytes).toBe(2_000_000);
});

it('keeps streams on several servers of a cluster, and leaves a higher number as it is', async () => {
  await using cluster = await testNatsCluster();
  const { stream, consumer } = testQueue();
  const replicasAfter = async (replicas: number, maxBytes: number): Promise<number> => {
    const own = await connectBus({ url: cluster.url, name: 'test', replicas });
    await provision(own, [{ ...stream, maxBytes }], [consumer]);
    const { config } = await own.jsm.streams.info(stream.name);
    expect(config.max_bytes).toBe(maxBytes);
    await own.close();
    return config.num_replicas;
  };
  expect(await replicasAfter(1, 1_000_000)).toBe(1);
  expect(await replicasAfter(3, 2_000_000)).toBe(3);
  expect(await replicasAfter(1, 3_000_000)).toBe(3);
});

it('says what to do about replicas where there is but one server', async () => {
  const own = await connectBus({ url: nats.url, name: 'test', replicas: 3 });
  const { stream } = testQueue();
  const wanted = provision(own, [stream], []);
  await expect(wanted).rejects.toBeInstanceOf(ProvisionError);
  await expect(wanted).rejects.toThrow(
    new RegExp(`^the stream ${stream.name} cannot have 3 replicas: .* Set NATS_REPLICAS to 1`),
  );
  await own.close();
});

it('says what to do about a stream that cannot be changed', async () => {
  const { stream, consumer } = testQueue();
  await provision(bus, [stream], [consumer]);
  const changed = provision(bus, [{ ...stream, retention: 'limits' }], []);
  await expect(changed).rejects.toBeInstanceOf(ProvisionError);
  await expect(changed).rejects.toThrow(
    new RegExp(`^the stream ${stream.name} cannot be set up .*\\(nats stream rm ${stream.name}\\)`),
  );
});

it('says what to do about a consumer that cannot be changed', async () => {
  const { stream, consumer } = testQueue();
  const log = { ...stream, retention: 'limits' as const };
  await provision(bus, [log], []);
  await bus.jsm.consumers.add(stream.name, { durable_name: 'work', ack_policy: 'none' });
  const changed = provision(bus, [log], [consumer]);
  await expect(changed).rejects.toThrow(`(nats consumer rm ${stream.name} work)`);
});

it('says what it waits for', async () => {
  const told: string[] = [];
  const own = await connectBus({
    url: nats.url,
    name: 'test',
    onStatus: (status) => told.push(status),
  });
  const { stream } = testQueue({ maxBytes: 2 ** 50 });
  const waiting = provision(own, [stream], []);
  // Whatever it rejects with before it is awaited below.
  const ended = waiting.catch((error: unknown) => error);
  await eventually('it has been told', () => told.length > 0);
  expect(told).toEqual([
    `waiting for the stream ${stream.name}: insufficient storage resources available`,
  ]);
  await own.nc.close();
  expect(await ended).toBeInstanceOf(ProvisionError);
});

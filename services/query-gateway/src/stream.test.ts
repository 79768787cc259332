import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { BusPublisher, connectBus } from '@tapeline/bus';
import type { Bus } from '@tapeline/bus';
import { batchSubject, writeBatchHeader } from '@tapeline/contracts';
import type { BatchHeader } from '@tapeline/contracts';
import { encodeArrow, recordsOf } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { createLogger } from '@tapeline/telemetry';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { openEvents } from './sse-client.js';
import type { EventClient } from './sse-client.js';
import { DATASET, startTestGateway } from './start-test-gateway.js';
import type { TestGateway } from './start-test-gateway.js';

let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;
let bus: Bus;
/** Subscriptions without a client. */
let idle: number;
let publisher: BusPublisher;

beforeAll(async () => {
  database = await testDatabase();
  nats = await testNats();
  gateway = await startTestGateway(database, nats);
  idle = subscriptions();
  bus = await connectBus({ url: nats.url, name: 'test' });
  publisher = new BusPublisher(bus, createLogger('test', 'silent'));
  await gateway.map('raw_symbol', 'ESU4', 1, '2024-06-01', '2024-07-02');
  await gateway.map('raw_symbol', 'CLQ4', 2, '2024-06-01', '2024-12-21');
});
afterAll(async () => {
  publisher.close();
  await bus.close();
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

let sequence = 0;

/** Publishes a batch to the work queue, as the validator does. */
async function publish(batch: ColumnarBatch, changes: Partial<BatchHeader> = {}): Promise<string> {
  const batchId = `chunk.${sequence++}`;
  const header: BatchHeader = {
    job_id: 'job',
    attempt: 1,
    chunk_id: 'chunk',
    batch_id: batchId,
    dataset: DATASET,
    schema: batch.schema.name,
    dbn_version: 3,
    ts_out: false,
    first_ordinal: 0,
    fetched: batch.length,
    filtered: 0,
    quarantined: 0,
    sha256: '0'.repeat(64),
    rules_version: 'test',
    part: 'stored',
    ...changes,
  };
  const subject = batchSubject('validated', header.dataset, header.schema);
  const options = { msgId: batchId, headers: writeBatchHeader(header) };
  await publisher.publish(subject, encodeArrow(batch), options);
  return batchId;
}

const trade = (id: number, price: string, time = '2024-07-01T12:00:00.000000001') => ({
  instrument_id: id,
  ts_recv: time,
  price,
});

async function follow(parameters: Record<string, string> = {}): Promise<EventClient> {
  const query = new URLSearchParams(parameters).toString();
  const client = await openEvents(`${gateway.url}/v1/stream?${query}`);
  expect((await client.next())?.event).toBe('open');
  return client;
}

/** Those of the gateway. */
function subscriptions(): number {
  const { nc } = gateway.bus.connection() as unknown as {
    nc: { protocol: { subscriptions: { size(): number } } };
  };
  return nc.protocol.subscriptions.size();
}

interface Batch {
  readonly batch_id: string;
  readonly count: number;
  readonly records: readonly Record<string, unknown>[];
}
async function nextBatch(client: EventClient): Promise<Batch> {
  const event = await client.next();
  expect(event?.event).toBe('batch');
  return JSON.parse(event!.data) as Batch;
}

it('passes batches on as they are published, exact, and takes none from the queue', async () => {
  const client = await follow();
  const batchId = await publish(recordsOf('trades', [trade(1, '-0.000000001'), trade(2, '80.5')]));
  expect(await nextBatch(client)).toMatchObject({
    dataset: DATASET,
    schema: 'trades',
    job_id: 'job',
    chunk_id: 'chunk',
    batch_id: batchId,
    count: 2,
    records: [
      { ts_recv: '1719835200000000001', price: '-0.000000001', symbol: 'ESU4' },
      { instrument_id: 2, price: '80.500000000', symbol: 'CLQ4' },
    ],
  });
  client.close();
  expect((await bus.jsm.streams.info('VALIDATED')).state.messages).toBe(1);
});

it('sends only what is asked for: dataset, schema, and symbols as of the record’s day', async () => {
  const clients = await Promise.all([
    follow({ dataset: DATASET, schema: 'trades', symbols: 'ESU4' }),
    follow({ symbols: '1', stype_in: 'instrument_id', schema: 'tbbo' }),
    follow({ dataset: 'XNAS.ITCH' }),
  ]);
  await publish(recordsOf('trades', [trade(2, '1')]));
  await publish(recordsOf('trades', [trade(1, '2'), trade(2, '3'), trade(1, '4', '2024-07-02')]));
  await publish(recordsOf('tbbo', [trade(2, '5'), trade(1, '6'), trade(1, '7', '2024-07-02')]));
  // Tried again under other rules, what is stored already comes by once more.
  await publish(recordsOf('trades', [trade(1, '8')]), { replay: 'again' });
  await publish(recordsOf('trades', [trade(1, '9')]), { dataset: 'XNAS.ITCH' });
  await publish(recordsOf('trades', [trade(1, '10')]));
  const prices = async (client: EventClient) =>
    (await nextBatch(client)).records.map(({ price }) => Number(price));
  expect([await prices(clients[0]), await prices(clients[0])]).toEqual([[2], [10]]);
  expect(await prices(clients[1])).toEqual([6, 7]);
  expect(await prices(clients[2])).toEqual([9]);
  for (const client of clients) client.close();
});

it('tells a slow client what it has missed, and never holds more than a few batches', async () => {
  const client = await follow();
  const large = recordsOf(
    'trades',
    Array.from({ length: 5_000 }, () => trade(1, '1.5')),
  );
  const BATCHES = 60;
  const sent: string[] = [];
  for (let n = 0; n < BATCHES; n++) sent.push(await publish(large));
  const last = await publish(recordsOf('trades', [trade(1, '2')]));
  const seen: string[] = [];
  const missed = { batches: 0, records: 0 };
  let records = 0;
  while (seen.length + missed.batches < BATCHES + 1) {
    const { event, data } = (await client.next())!;
    const told = JSON.parse(data) as typeof missed & Batch;
    if (event === 'missed') {
      missed.batches += told.batches;
      missed.records += told.records;
    } else {
      seen.push(told.batch_id);
      records += told.count;
    }
  }
  expect(missed.batches).toBeGreaterThan(0);
  expect(records + missed.records).toBe(BATCHES * 5_000 + 1);
  expect(seen).toEqual([...sent, last].filter((id) => seen.includes(id)));
  client.close();
});

it('leaves no subscription behind when the client goes away', async () => {
  // Those of the tests before end by and by.
  while (subscriptions() !== idle) await delay(5);
  const client = await follow();
  expect(subscriptions()).toBe(idle + 1);
  client.close();
  while (subscriptions() !== idle) await delay(5);
});

it.each<[Record<string, string>, number, string, RegExp]>([
  [{ dataset: 'glbx' }, 400, 'invalid-parameters', /^dataset: /],
  [{ schema: '>' }, 400, 'invalid-parameters', /^schema: '>' is no schema/],
  [{ stype_in: 'parent' }, 400, 'invalid-parameters', /^stype_in: /],
  [{ stype_in: 'instrument_id', symbols: 'ES' }, 422, 'impossible-request', /'ES' cannot be/],
])('refuses %j', async (parameters, status, kind, detail) => {
  const response = await gateway.get(`/v1/stream?${new URLSearchParams(parameters).toString()}`);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({
    type: `urn:tapeline:problem:${kind}`,
    detail: expect.stringMatching(detail),
  });
});

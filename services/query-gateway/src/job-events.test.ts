import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { BusPublisher, connectBus } from '@tapeline/bus';
import type { Bus } from '@tapeline/bus';
import type { JobEvent } from '@tapeline/contracts';
import { createLogger } from '@tapeline/telemetry';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { openEvents } from './sse-client.js';
import { startTestGateway } from './start-test-gateway.js';
import type { TestGateway } from './start-test-gateway.js';

let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;
let bus: Bus;
let publisher: BusPublisher;

beforeAll(async () => {
  database = await testDatabase();
  nats = await testNats();
  gateway = await startTestGateway(database, nats);
  bus = await connectBus({ url: nats.url, name: 'test' });
  publisher = new BusPublisher(bus, createLogger('test', 'silent'));
});
afterAll(async () => {
  publisher.close();
  await bus.close();
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

let time = 0;
const stamp = (jobId: string) => ({
  job_id: jobId,
  at: `2024-07-01T00:00:${String(time++).padStart(2, '0')}Z`,
  by: 'test',
});
const accepted = (jobId: string): JobEvent => ({ ...stamp(jobId), event: 'accepted', command: {} });
const failed = (jobId: string): JobEvent => ({
  ...stamp(jobId),
  event: 'failed',
  reason: 'internal_error',
  message: 'a line\nand another',
  batch_id: null,
});
const cancelled = (jobId: string): JobEvent => ({
  ...stamp(jobId),
  event: 'cancelled',
  message: '',
  chunks: [],
});

async function tell(...events: JobEvent[]): Promise<void> {
  for (const event of events) await publisher.publishEvent(event);
}
const follow = (jobId: string, headers: Record<string, string> = {}) =>
  openEvents(`${gateway.url}/v1/jobs/${jobId}/events`, headers);

async function consumers(): Promise<number> {
  const { state } = await bus.jsm.streams.info('INGEST_EVENTS');
  return state.consumer_count;
}

it('tells a job from its first event to its last, and of no other job', async () => {
  const before = await consumers();
  const events = [accepted('one'), failed('one')];
  await tell(events[0]!, accepted('one-more'), events[1]!);
  const client = await follow('one');
  expect(client.response.status).toBe(200);
  expect(client.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const told = await client.rest();
  expect(told.map(({ event }) => event)).toEqual(['accepted', 'failed']);
  expect(told.map(({ data }) => JSON.parse(data) as unknown)).toEqual(events);
  expect(told.map(({ id }) => Number(id))).toEqual([1, 3]);
  expect(await consumers()).toBe(before);

  // Connected again, a client gets what it does not have, or is told not to come again.
  const again = await follow('one', { 'last-event-id': '1' });
  expect((await again.rest()).map(({ id }) => id)).toEqual(['3']);
  expect((await follow('one', { 'last-event-id': '3' })).response.status).toBe(204);
});

it('goes on with a job that was tried again, as things happen', async () => {
  await tell(accepted('two'), failed('two'), accepted('two'));
  const client = await follow('two');
  const next = async () => (await client.next())?.event;
  expect([await next(), await next(), await next()]).toEqual(['accepted', 'failed', 'accepted']);
  await tell(cancelled('two'));
  expect([await next(), await next()]).toEqual(['cancelled', undefined]);
});

it('waits for the first event of a job that was just submitted', async () => {
  const opening = follow('three');
  await tell(accepted('three'), cancelled('three'));
  expect((await (await opening).rest()).map(({ event }) => event)).toEqual([
    'accepted',
    'cancelled',
  ]);
});

it('leaves no consumer behind when the client goes away', async () => {
  const before = await consumers();
  await tell(accepted('four'));
  const client = await follow('four');
  expect((await client.next())?.event).toBe('accepted');
  expect(await consumers()).toBe(before + 1);
  const deleted = bus.nc.subscribe('$JS.EVENT.ADVISORY.CONSUMER.DELETED.INGEST_EVENTS.>', {
    max: 1,
  });
  await bus.nc.flush();
  client.close();
  for await (const _ of deleted) break;
  expect(await consumers()).toBe(before);
});

it.each<[string, Record<string, string>, number, string]>([
  ['nobody', {}, 404, 'unknown-job'],
  ['a.b', {}, 404, 'unknown-job'],
  ['one', { 'last-event-id': '1; DROP' }, 400, 'invalid-parameters'],
])('refuses %s %j', async (jobId, headers, status, kind) => {
  const { response } = await follow(jobId, headers);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ type: `urn:tapeline:problem:${kind}` });
});

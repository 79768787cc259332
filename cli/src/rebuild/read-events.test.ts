import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { CONSUMERS, STREAMS } from '@tapeline/contracts';
import { testNats } from '@tapeline/testing';
import type { TestNats } from '@tapeline/testing';
import { connectNats } from '../db/connect-nats.js';
import { inHand, readEvents } from './read-events.js';

let nats: TestNats;
let connection: NatsConnection;
let manager: JetStreamManager;
const { name, subjects } = STREAMS.INGEST_EVENTS;

beforeAll(async () => {
  nats = await testNats();
  connection = await connectNats(nats.url);
  manager = await jetstreamManager(connection);
});
beforeEach(async () => {
  await manager.streams.delete(name).catch(() => false);
  await manager.streams.add({ name, subjects: [...subjects] });
});
afterAll(async () => {
  await connection?.close();
  await nats?.stop();
});

const append = (text: string) => jetstream(connection).publish('ingest.event.j.refused', text);

/** Appends events of jobs. */
async function tell(...jobs: string[]): Promise<void> {
  for (const job_id of jobs) {
    const event = { job_id, at: '2026-01-01T00:00:00Z', by: 't', event: 'refused', message: '' };
    await append(JSON.stringify(event));
  }
}

async function jobsOf(events: Awaited<ReturnType<typeof readEvents>>['events']): Promise<string[]> {
  const jobs: string[] = [];
  for await (const event of events()) jobs.push(event.job_id);
  return jobs;
}

it('gives all events in order, and then those that came since', async () => {
  const { events } = await readEvents(connection);
  expect(await jobsOf(events)).toEqual([]);
  const many = Array.from({ length: 1_200 }, (_, index) => `j${index}`);
  await tell(...many);
  expect(await jobsOf(events)).toEqual(many);
  expect(await jobsOf(events)).toEqual([]);
  await tell('late');
  expect(await jobsOf(events)).toEqual(['late']);
});

it('passes over what is no event, and counts what is gone', async () => {
  await tell('a', 'b', 'c', 'd', 'e');
  await append('no JSON');
  await append('{"event":"unheard of"}');
  await tell('f', 'g');
  const { events, lost } = await readEvents(connection);
  expect(await lost()).toBe(0);
  await manager.streams.deleteMessage(name, 3);
  await manager.streams.deleteMessage(name, 9);
  await manager.streams.purge(name, { seq: 2 });
  expect(await lost()).toBe(3);
  expect(await jobsOf(events)).toEqual(['b', 'd', 'e', 'f']);
  expect(await jobsOf(events)).toEqual([]);
});

it('has no events where there is no stream', async () => {
  await manager.streams.delete(name);
  const { events, lost } = await readEvents(connection);
  expect([await jobsOf(events), await lost(), await inHand(manager)]).toEqual([[], 0, []]);
});

it('names what a service has taken and not finished', async () => {
  const { durable, stream } = CONSUMERS.project;
  await manager.consumers.add(stream, { durable_name: durable, ack_policy: 'explicit' });
  await tell('a', 'b');
  const consumer = await jetstream(connection).consumers.get(stream, durable);
  const message = await consumer.next();
  expect(await inHand(manager)).toEqual([`1 of ${stream} by project`]);
  await message!.ackAck();
  expect(await inHand(manager)).toEqual([]);
});

/** For tests: events that are hard to bring back, and what a bus has of them. */
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers } from '@nats-io/transport-node';

/** Twenty events, several of one id, of which the first five are gone. */
export async function publishEvents(url: string): Promise<void> {
  const connection = await connect({ servers: url });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({
    name: 'INGEST_EVENTS',
    subjects: ['ingest.event.>'],
    duplicate_window: 100_000_000,
  });
  const client = jetstream(connection);
  for (let number = 0; number < 20; number++) {
    const given = headers();
    given.set('Nats-Msg-Id', `event ${number % 12}`);
    given.append('Several', 'one');
    given.append('Several', `two ${number}`);
    const payload = Uint8Array.from({ length: 300 }, (_, index) => (index * number) % 256);
    while (
      (await client.publish(`ingest.event.job.${number}`, payload, { headers: given })).duplicate
    );
  }
  await manager.streams.purge('INGEST_EVENTS', { seq: 6 });
  await connection.close();
}

/** Messages with everything but their times. */
export async function eventsOf(url: string) {
  const connection = await connect({ servers: url });
  const manager = await jetstreamManager(connection);
  const { state } = await manager.streams.info('INGEST_EVENTS');
  const events = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    const message = (await manager.streams.getMessage('INGEST_EVENTS', { seq }))!;
    const keys = message.header.keys();
    events.push({
      seq,
      subject: message.subject,
      headers: keys.map((key) => [key, message.header.values(key)]),
      payload: Buffer.from(message.data).toString('hex'),
    });
  }
  await connection.close();
  return events;
}

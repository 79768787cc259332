import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { headers, nanos } from '@nats-io/transport-node';
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import { STREAMS } from '@tapeline/contracts';
import { CliError } from '../cli-error.js';
import { EVENTS } from './back-up-events.js';
import type { EventLine } from './back-up-events.js';
import { readBackupFile } from './backup-file.js';
import type { BackupManifest } from './backup-manifest.js';

/** The least that a server takes: two events of one id, which were far apart once, come one after the other. */
const DUPLICATE_WINDOW_MS = 100;

/** @throws CliError if the bus has events already. */
export async function requireNoEvents(connection: NatsConnection): Promise<void> {
  const { name } = STREAMS.INGEST_EVENTS;
  const manager = await jetstreamManager(connection);
  for await (const { config, state } of manager.streams.list()) {
    if (config.name !== name || state.messages === 0) continue;
    throw new CliError(
      `the stream ${name} has ${state.messages} events already: a backup goes into an empty bus. Give --folder a new folder, or --nats another server`,
    );
  }
}

/**
 * Publishes the events of a backup in their order, each with its headers. Sequences start at the first one's; a gap
 * between them is not made again. @returns how many the stream has.
 */
export async function restoreEvents(
  connection: NatsConnection,
  folder: string,
  { stream, first }: NonNullable<BackupManifest['events']>,
): Promise<number> {
  const manager = await jetstreamManager(connection);
  const description = STREAMS.INGEST_EVENTS;
  await manager.streams.delete(stream).catch(() => false);
  // The services change the rest to what the topology says when they start.
  await manager.streams.add({
    name: stream,
    subjects: [...description.subjects],
    max_bytes: description.maxBytes,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    ...(first > 1 && { first_seq: first }),
  });
  const client = jetstream(connection);
  const lines = createInterface({
    input: Readable.from(readBackupFile(folder, EVENTS), { objectMode: false }),
    crlfDelay: Infinity,
  });
  for await (const line of lines) {
    const event = JSON.parse(line) as EventLine;
    const payload = Buffer.from(event.payload, 'base64');
    const options = { headers: headersOf(event) };
    while ((await client.publish(event.subject, payload, options)).duplicate) {
      await delay(DUPLICATE_WINDOW_MS);
    }
  }
  const { state } = await manager.streams.info(stream);
  return state.messages;
}

/** Those that speak of the publisher's expectations were met once, and cannot be again. */
const EXPECTATION = /^Nats-Expected-/i;

function headersOf({ headers: given }: EventLine): MsgHdrs {
  const made = headers();
  for (const [key, values] of Object.entries(given)) {
    if (EXPECTATION.test(key)) continue;
    for (const value of values) made.append(key, value);
  }
  return made;
}

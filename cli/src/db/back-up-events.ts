import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { STREAMS } from '@tapeline/contracts';
import { writeBackupFile } from './backup-file.js';
import type { BackupFile, BackupManifest } from './backup-manifest.js';

export const EVENTS = 'events.ndjson.zst';

/** A message of the stream as a line of the file. */
export interface EventLine {
  readonly sequence: number;
  /** When the stream took it, ISO 8601 in UTC. */
  readonly time: string;
  readonly subject: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** Base64. */
  readonly payload: string;
}

export interface EventsBackup {
  readonly events: NonNullable<BackupManifest['events']>;
  readonly file: BackupFile;
}

/** The API's code for a stream that is not there. */
const STREAM_NOT_FOUND = 10_059;

/** All events that the stream has at this moment, in order; undefined if the stream was never made. */
export async function backUpEvents(
  connection: NatsConnection,
  folder: string,
  signal: AbortSignal,
): Promise<EventsBackup | undefined> {
  const { name: stream } = STREAMS.INGEST_EVENTS;
  const manager = await jetstreamManager(connection);
  const info = await manager.streams.info(stream).catch((error: unknown) => {
    if ((error as { code?: number }).code === STREAM_NOT_FOUND) return undefined;
    throw error;
  });
  if (!info) return undefined;
  const { messages, first_seq: first, last_seq: last } = info.state;
  let written = 0;
  async function* lines(): AsyncGenerator<Uint8Array> {
    if (messages === 0) return;
    const consumer = await jetstream(connection).consumers.get(stream);
    const taken = await consumer.consume();
    try {
      for await (const message of taken) {
        if (message.seq > last) return;
        written++;
        yield Buffer.from(`${JSON.stringify(lineOf(message))}\n`);
        if (message.seq === last) return;
      }
    } finally {
      await taken.close();
    }
  }
  const file = await writeBackupFile(folder, EVENTS, lines(), signal);
  return { events: { stream, messages: written, first, last }, file };
}

function lineOf(message: JsMsg): EventLine {
  const headers: Record<string, readonly string[]> = {};
  for (const key of message.headers?.keys() ?? []) headers[key] = message.headers!.values(key);
  return {
    sequence: message.seq,
    time: message.time.toISOString(),
    subject: message.subject,
    headers,
    payload: Buffer.from(message.data).toString('base64'),
  };
}

/**
 * Streams and durable consumers: the one table from which they are provisioned and consumed.
 * Why each setting is as it is: docs/adr/0003.
 */

import type { SchemaDescription } from '@tapeline/records';
import { COMMAND_SUBJECT, DECISION_SUBJECT, DISCARD_SUBJECT, REPLAY_SUBJECT } from './subjects.js';

export interface StreamDescription {
  readonly name: string;
  readonly subjects: readonly string[];
  /** `workqueue`: a message goes when it is acknowledged, so a full stream is back-pressure. */
  readonly retention: 'workqueue' | 'limits';
  readonly maxBytes: number;
  /** Seconds; 0 keeps messages until their retention frees them. */
  readonly maxAgeSeconds: number;
  /** What a full stream does: refuse the publisher, or drop the oldest message. */
  readonly whenFull: 'refuse' | 'drop-oldest';
}

export interface ConsumerDescription {
  readonly durable: string;
  readonly stream: string;
  /** Subjects taken; all of the stream's if empty. */
  readonly filter: readonly string[];
  readonly ackWaitSeconds: number;
  /** Deliveries after which a failing message becomes a dead letter; outages do not count. */
  readonly maxDeliver: number;
  /** Messages that one process handles at a time. */
  readonly concurrency: number;
}

const MIB = 1024 * 1024;
const DAY = 86_400;

/** Seconds within which the server drops a message whose `Nats-Msg-Id` it has seen. */
export const DUPLICATE_WINDOW_SECONDS = 120;

/** Largest payload that tapeline publishes, below the server's default limit of 1 MiB. */
export const MAX_PAYLOAD_BYTES = 960 * 1024;

const queue = (name: string, subjects: readonly string[], maxBytes: number): StreamDescription => ({
  name,
  subjects,
  retention: 'workqueue',
  maxBytes,
  maxAgeSeconds: 0,
  whenFull: 'refuse',
});

const log = (name: string, subjects: readonly string[], maxBytes: number, maxAgeSeconds: number) =>
  ({ name, subjects, retention: 'limits', maxBytes, maxAgeSeconds, whenFull: 'refuse' }) as const;

export const STREAMS = {
  INGEST_COMMANDS: queue('INGEST_COMMANDS', ['ingest.command.>'], 64 * MIB),
  RAW: queue('RAW', ['md.raw.>'], 512 * MIB),
  TRANSFORMED: queue('TRANSFORMED', ['md.transformed.>'], 256 * MIB),
  VALIDATED: queue('VALIDATED', ['md.validated.>'], 256 * MIB),
  QUARANTINE: queue('QUARANTINE', ['md.quarantined.>'], 256 * MIB),
  INGEST_EVENTS: log('INGEST_EVENTS', ['ingest.event.>'], 1024 * MIB, 0),
  DEAD_LETTERS: log('DEAD_LETTERS', ['dead.>'], 512 * MIB, 90 * DAY),
  ADVISORIES: {
    ...log(
      'ADVISORIES',
      [
        '$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>',
        '$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.>',
      ],
      32 * MIB,
      30 * DAY,
    ),
    whenFull: 'drop-oldest',
  },
} as const satisfies Record<string, StreamDescription>;

const consumer = (
  durable: string,
  stream: StreamDescription,
  concurrency: number,
  filter: readonly string[] = [],
): ConsumerDescription => ({
  durable,
  stream: stream.name,
  filter,
  ackWaitSeconds: 15,
  maxDeliver: 5,
  concurrency,
});

export const CONSUMERS = {
  fetch: consumer('fetch', STREAMS.INGEST_COMMANDS, 2, [COMMAND_SUBJECT]),
  // Its own, so that no running job is in the way of a decision.
  decide: consumer('decide', STREAMS.INGEST_COMMANDS, 8, [DECISION_SUBJECT]),
  replay: consumer('replay', STREAMS.INGEST_COMMANDS, 1, [REPLAY_SUBJECT]),
  discard: consumer('discard', STREAMS.INGEST_COMMANDS, 1, [DISCARD_SUBJECT]),
  transform: consumer('transform', STREAMS.RAW, 8),
  validate: consumer('validate', STREAMS.TRANSFORMED, 8),
  write: consumer('write', STREAMS.VALIDATED, 8),
  quarantine: consumer('quarantine', STREAMS.QUARANTINE, 4),
  project: consumer('project', STREAMS.INGEST_EVENTS, 1),
  // Its own, since a check of a large chunk takes seconds.
  check: consumer('check', STREAMS.INGEST_EVENTS, 1, ['ingest.event.*.chunk_complete']),
} as const satisfies Record<string, ConsumerDescription>;

/** Bytes of DBN at which a raw batch is cut, so that its Arrow form stays below the payload limit. */
const BATCH_BYTES = 512 * 1024;

/** Most records of one batch. A function of the schema alone: a retry must cut at the same places. */
export const batchRecords = (schema: SchemaDescription): number =>
  Math.min(10_000, Math.floor(BATCH_BYTES / schema.recordSize[3]));

/** The one place where messages are acknowledged, given back, or given up. */
import { inspect } from 'node:util';
import type { JsMsg } from '@nats-io/jetstream';
import { deadLetterSubject } from '@tapeline/contracts';
import type { ConsumerDescription } from '@tapeline/contracts';
import type { Logger } from '@tapeline/telemetry';
import { BusMessage } from './bus-message.js';
import { PublishError } from './bus-publisher.js';
import type { BusPublisher } from './bus-publisher.js';
import type { FailureCounts } from './failure-counts.js';
import type { Outcome } from './outcome.js';
import { TransientError } from './transient-error.js';

/** What a handler's run came to: its outcome, or what it threw. */
export type Result = Outcome | { readonly kind: 'failed'; readonly error: unknown };

export interface Settlement {
  readonly consumer: ConsumerDescription;
  readonly publisher: BusPublisher;
  readonly failures: FailureCounts;
  readonly logger: Logger;
}

const RETRY_MS = [200, 1_000, 5_000, 15_000];
const OUTAGE_MS = [250, 500, 1_000, 2_000];

const step = (delays: readonly number[], count: number): number =>
  delays[Math.min(count, delays.length) - 1] ?? delays[0]!;

/**
 * Settles a message. Outages are retried for ever; other failures until there were the consumer's
 * `maxDeliver` of them. A dead letter is stored before its message is terminated: a crash between the
 * two leaves both.
 */
export async function settle(
  message: JsMsg,
  result: Result,
  settlement: Settlement,
): Promise<void> {
  const { consumer, failures, logger } = settlement;
  switch (result.kind) {
    case 'done':
      failures.forget(message);
      message.ack();
      return;
    case 'dead':
      await bury(message, result.code, result.message, settlement);
      return;
    case 'failed': {
      const { error } = result;
      const { deliveryCount } = message.info;
      if (error instanceof TransientError) {
        logger.warn({ err: error, deliveryCount }, 'cannot go on for now; will try again');
        message.nak(step(OUTAGE_MS, deliveryCount));
        return;
      }
      failures.add(message);
      const failed = failures.of(message);
      if (failed < consumer.maxDeliver) {
        logger.error({ err: error, failed, deliveryCount }, 'failed; will try again');
        message.nak(step(RETRY_MS, failed));
      } else {
        logger.error({ err: error, failed, deliveryCount }, 'failed for the last time');
        const { code, message: text } = describe(error);
        await bury(message, code, text, settlement);
      }
    }
  }
}

/** Lets another process have a message that this one will not finish. */
export function giveBack(message: JsMsg): void {
  message.nak();
}

/** Puts off the time at which the server counts a message as lost. */
export function keepInHand(message: JsMsg): void {
  message.working();
}

function describe(error: unknown): { code: string; message: string } {
  // Nest hands on what its own parts throw as a bare object.
  if (!(error instanceof Error)) return { code: 'unknown', message: inspect(error) };
  const code = 'code' in error ? String(error.code) : error.name;
  return { code, message: error.message };
}

async function bury(
  message: JsMsg,
  code: string,
  reason: string,
  { consumer, publisher, failures, logger }: Settlement,
): Promise<void> {
  const letter = { code: oneLine(code, 100), reason: oneLine(reason, 1_000) };
  logger.error(letter, 'dead letter');
  try {
    await capture(new BusMessage(message), letter, consumer, publisher);
  } catch (error) {
    if (!(error instanceof PublishError || error instanceof TransientError)) throw error;
    logger.error({ err: error }, 'the dead letter cannot be stored, so its message stays');
    message.nak(RETRY_MS.at(-1));
    return;
  }
  failures.forget(message);
  message.term(letter.code);
}

/** Stores the message with its reason, and tells its job. */
async function capture(
  message: BusMessage,
  letter: { code: string; reason: string },
  consumer: ConsumerDescription,
  publisher: BusPublisher,
): Promise<void> {
  await publisher.publish(deadLetterSubject(consumer.stream, consumer.durable), message.data, {
    msgId: `dead:${consumer.durable}:${message.streamSequence}:${message.timestampNanos}`,
    headers: {
      ...withoutBusHeaders(message.headers()),
      'Tapeline-Dead-Code': letter.code,
      'Tapeline-Dead-Reason': letter.reason,
      'Tapeline-Dead-Subject': message.subject,
    },
  });
  const job = message.header('Tapeline-Job');
  const batch = message.header('Tapeline-Batch');
  // Events carry their job too, but an event about an unreadable event could go round for ever.
  if (job === undefined || batch === undefined) return;
  await publisher.publishEvent({
    event: 'failed',
    job_id: job,
    at: Temporal.Now.instant().toString(),
    by: consumer.durable,
    reason: 'dead_letter',
    message: `${consumer.durable} gave up on batch ${batch}: ${letter.reason}`,
    batch_id: batch,
  });
}

/** Headers and reasons of termination are single lines. */
const oneLine = (text: string, length: number): string =>
  text.replaceAll(/[\s\p{Cc}]+/gu, ' ').slice(0, length);

/** Headers that instruct the server stay behind, and the trace is that of the giving up. */
const withoutBusHeaders = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('Nats-')));

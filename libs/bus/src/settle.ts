/** The one place where messages are acknowledged, given back, or given up. */
import type { JsMsg } from '@nats-io/jetstream';
import { deadLetterSubject } from '@tapeline/contracts';
import type { ConsumerDescription } from '@tapeline/contracts';
import type { Logger } from '@tapeline/telemetry';
import { BusMessage } from './bus-message.js';
import type { BusPublisher } from './bus-publisher.js';
import type { Outcome } from './outcome.js';
import { TransientError } from './transient-error.js';

/** What a handler's run came to: its outcome, or what it threw. */
export type Result = Outcome | { readonly kind: 'failed'; readonly error: unknown };

const RETRY_MS = [200, 1_000, 5_000, 15_000];
const OUTAGE_MS = [250, 500, 1_000, 2_000];

const at = (delays: readonly number[], deliveryCount: number): number =>
  delays[Math.min(deliveryCount, delays.length) - 1] ?? delays[0]!;

/**
 * Settles a message. Outages are retried for ever; other failures until the consumer's `maxDeliver`.
 * A dead letter is stored before its message is terminated: a crash between the two leaves both.
 */
export async function settle(
  message: JsMsg,
  result: Result,
  consumer: ConsumerDescription,
  publisher: BusPublisher,
  logger: Logger,
): Promise<void> {
  switch (result.kind) {
    case 'done':
      message.ack();
      return;
    case 'dead':
      await bury(message, consumer, result.code, result.message, publisher, logger);
      return;
    case 'failed': {
      const { error } = result;
      const { deliveryCount } = message.info;
      if (error instanceof TransientError) {
        logger.warn({ err: error, deliveryCount }, 'cannot go on for now; will try again');
        message.nak(at(OUTAGE_MS, deliveryCount));
      } else if (deliveryCount < consumer.maxDeliver) {
        logger.error({ err: error, deliveryCount }, 'failed; will try again');
        message.nak(at(RETRY_MS, deliveryCount));
      } else {
        const { code, message: text } = describe(error);
        await bury(message, consumer, code, text, publisher, logger);
      }
    }
  }
}

function describe(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: 'unknown', message: String(error) };
  const code = 'code' in error ? String(error.code) : error.name;
  return { code, message: error.message };
}

async function bury(
  jsMessage: JsMsg,
  consumer: ConsumerDescription,
  code: string,
  reason: string,
  publisher: BusPublisher,
  logger: Logger,
): Promise<void> {
  const message = new BusMessage(jsMessage);
  const text = reason.replaceAll(/\s+/g, ' ').slice(0, 1_000);
  logger.error({ code, reason: text }, 'dead letter');
  await publisher.publish(deadLetterSubject(consumer.stream, consumer.durable), message.data, {
    msgId: `dead:${consumer.durable}:${message.streamSequence}:${message.timestampNanos}`,
    headers: {
      ...withoutBusHeaders(message.headers()),
      'Tapeline-Dead-Code': code,
      'Tapeline-Dead-Reason': text,
      'Tapeline-Dead-Subject': message.subject,
    },
  });
  const job = message.header('Tapeline-Job');
  const batch = message.header('Tapeline-Batch');
  if (job !== undefined && batch !== undefined) {
    await publisher.publishEvent({
      event: 'failed',
      job_id: job,
      at: Temporal.Now.instant().toString(),
      by: consumer.durable,
      reason: 'dead_letter',
      message: `${consumer.durable} gave up on batch ${batch}: ${text}`,
      batch_id: batch,
    });
  }
  jsMessage.term(code);
}

/** Headers that instruct the server stay behind. */
const withoutBusHeaders = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('Nats-')));

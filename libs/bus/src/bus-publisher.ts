import { setTimeout as delay } from 'node:timers/promises';
import { ClosedConnectionError, headers as createHeaders } from '@nats-io/nats-core';
import { eventMessageId, eventSubject, jobEventSchema } from '@tapeline/contracts';
import type { JobEvent } from '@tapeline/contracts';
import { injectTraceContext, SpanKind, withSpan } from '@tapeline/telemetry';
import type { Logger } from '@tapeline/telemetry';
import type { Bus } from './bus.js';
import { isTransientBusError } from './is-transient-bus-error.js';
import { messagingAttributes } from './messaging-attributes.js';
import { TransientError } from './transient-error.js';

export interface PublishOptions {
  /** A deterministic id: within the duplicate window the stream stores one message of each id. */
  readonly msgId: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A message that the bus will never take. */
export class PublishError extends Error {
  readonly code = 'publish_refused';
  override readonly name = 'PublishError';
}

const FIRST_BACKOFF_MS = 50;
const LAST_BACKOFF_MS = 2_000;
const WARN_MS = 10_000;

/** Publishes to streams, at most `windowSize` messages unconfirmed at a time. */
export class BusPublisher {
  private inFlight = 0;
  private readonly waiting: (() => void)[] = [];
  private closed = false;

  constructor(
    private readonly bus: Bus,
    private readonly logger: Logger,
    private readonly windowSize = 16,
  ) {}

  /**
   * Resolves once a stream has stored the message. While the stream is full, its server away or an
   * election under way it tries again for as long as that takes: this is where back-pressure comes from.
   * @throws PublishError if the message is refused for good, TransientError if the publisher or the
   * connection was closed meanwhile.
   */
  async publish(subject: string, payload: Uint8Array, options: PublishOptions): Promise<void> {
    const headers: Record<string, string> = { ...options.headers };
    const attributes = messagingAttributes(subject, payload.length, (name) =>
      name === 'Nats-Msg-Id' ? options.msgId : headers[name],
    );
    await withSpan(`publish ${subject}`, { kind: SpanKind.PRODUCER, attributes }, async () => {
      injectTraceContext(headers);
      await this.enter();
      try {
        await this.send(subject, payload, options.msgId, headers);
      } finally {
        this.leave();
      }
    });
  }

  /** Appends an event of a job. */
  async publishEvent(event: JobEvent): Promise<void> {
    const payload = Buffer.from(JSON.stringify(jobEventSchema.parse(event)));
    await this.publish(eventSubject(event.job_id, event.event), payload, {
      msgId: eventMessageId(event),
      headers: { 'Tapeline-Job': event.job_id },
    });
  }

  /** Gives up on everything that is still being tried. */
  close(): void {
    this.closed = true;
  }

  private async send(
    subject: string,
    payload: Uint8Array,
    msgID: string,
    headers: Record<string, string>,
  ): Promise<void> {
    const messageHeaders = createHeaders();
    for (const [name, value] of Object.entries(headers)) messageHeaders.set(name, value);
    const started = performance.now();
    let warnAt = started + WARN_MS;
    for (let backoff = FIRST_BACKOFF_MS; ; backoff = Math.min(backoff * 2, LAST_BACKOFF_MS)) {
      try {
        await this.bus.whenConnected();
        if (this.closed) throw new ClosedConnectionError();
        const options = { msgID, headers: messageHeaders, retries: 0 };
        await this.bus.whileConnected(this.bus.js.publish(subject, payload, options));
        return;
      } catch (error) {
        if (this.closed || this.bus.nc.isClosed()) throw givenUp(subject, error);
        if (!isTransientBusError(error)) throw refused(subject, payload, error);
        const now = performance.now();
        if (now > warnAt) {
          // Rarer from time to time: a full stream may mean hours of waiting.
          warnAt = now + (now - started);
          this.logger.warn({ subject, err: error }, 'still trying to publish');
        }
      }
      // Jitter, so that several publishers do not come back at the same moment.
      await delay(backoff * (0.5 + Math.random() / 2));
    }
  }

  private async enter(): Promise<void> {
    while (this.inFlight >= this.windowSize) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.inFlight++;
  }

  private leave(): void {
    this.inFlight--;
    this.waiting.shift()?.();
  }
}

const givenUp = (subject: string, cause: unknown): TransientError =>
  new TransientError(`closed before ${subject} confirmed a message`, { cause });

const refused = (subject: string, payload: Uint8Array, cause: unknown): PublishError =>
  new PublishError(
    `${subject} refused a message of ${payload.length} bytes: ${(cause as Error).message}. Check the server's max_payload and the permissions of this user`,
    { cause },
  );

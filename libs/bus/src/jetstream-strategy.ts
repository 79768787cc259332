import type { JsMsg } from '@nats-io/jetstream';
import { Server } from '@nestjs/microservices';
import type { CustomTransportStrategy, MessageHandler } from '@nestjs/microservices';
import type { ConsumerDescription } from '@tapeline/contracts';
import { extractTraceContext, markFailed, SpanKind, withSpan } from '@tapeline/telemetry';
import type { Logger } from '@tapeline/telemetry';
import { lastValueFrom } from 'rxjs';
import { BusMessage } from './bus-message.js';
import type { BusPublisher } from './bus-publisher.js';
import type { Bus } from './bus.js';
import { ConsumerWorkers } from './consumer-workers.js';
import { FailureCounts } from './failure-counts.js';
import { messagingAttributes } from './messaging-attributes.js';
import { keepInHand, settle } from './settle.js';
import type { Result } from './settle.js';
import { NotYetError, TransientError } from './transient-error.js';

export interface StrategyOptions {
  /** How long `close()` waits for handlers, ms. */
  readonly graceMs?: number | undefined;
  readonly outageOf?: OutageOf | undefined;
}

/** What is away for now if a handler throws the error; undefined for a failure of its own. */
export type OutageOf = (error: unknown) => string | undefined;

/** Nest's handlers on JetStream pull consumers: see {@link Consume}. */
export class JetStreamStrategy extends Server implements CustomTransportStrategy {
  private readonly consumers: ConsumerWorkers[] = [];
  /** What kept a consumer from going on, until it has gone on. */
  private readonly outages = new Map<string, string>();

  constructor(
    private readonly bus: Bus,
    private readonly publisher: BusPublisher,
    private readonly log: Logger,
    private readonly options: StrategyOptions = {},
  ) {
    super();
  }

  listen(callback: () => void): void {
    for (const [pattern, handler] of this.messageHandlers) {
      const consumer = handler.extras?.['consumer'] as ConsumerDescription | undefined;
      if (!consumer) throw new Error(`the handler of '${pattern}' is not marked with @Consume`);
      const failures = new FailureCounts();
      const workers = new ConsumerWorkers(
        this.bus,
        consumer,
        (message) => this.process(message, handler, consumer, failures),
        this.log,
      );
      this.consumers.push(workers);
      workers.start();
    }
    callback();
  }

  async close(): Promise<void> {
    const { graceMs = 6_000 } = this.options;
    await Promise.all(this.consumers.map((workers) => workers.stop(graceMs)));
  }

  /** Why the service cannot do its work, or null if it can. */
  trouble(): string | null {
    if (!this.bus.connected) return 'the NATS server is away';
    const [outage] = this.outages.values();
    return this.consumers.find((workers) => workers.trouble !== null)?.trouble ?? outage ?? null;
  }

  on(): never {
    throw new Error('JetStream has no events to listen to');
  }

  // Nest's base class asks for it in this form.
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  unwrap<T>(): T {
    return this.bus as T;
  }

  private async process(
    jsMessage: JsMsg,
    handler: MessageHandler,
    consumer: ConsumerDescription,
    failures: FailureCounts,
  ): Promise<void> {
    const message = new BusMessage(jsMessage, failures.of(jsMessage));
    const header = (name: string) => message.header(name);
    const attributes = {
      ...messagingAttributes(message.subject, message.data.length, header),
      'messaging.consumer.group.name': consumer.durable,
      'messaging.nats.stream': consumer.stream,
      'messaging.nats.sequence': message.streamSequence,
      'messaging.nats.delivery_count': message.deliveryCount,
    };
    const logger = this.log.child({
      job: header('Tapeline-Job'),
      chunk: header('Tapeline-Chunk'),
      batch: header('Tapeline-Batch'),
      subject: message.subject,
    });
    const extend = setInterval(
      () => {
        const { nc } = this.bus;
        if (!nc.isClosed() && !nc.isDraining()) keepInHand(jsMessage);
      },
      (consumer.ackWaitSeconds * 1000) / 3,
    );
    try {
      await withSpan(
        `process ${message.subject}`,
        { kind: SpanKind.CONSUMER, attributes, parent: extractTraceContext(header) },
        async (span) => {
          const result = this.blameOutage(await this.ask(handler, message));
          this.noteOutage(consumer, result);
          if (result.kind === 'failed') markFailed(span, result.error);
          if (result.kind === 'dead') markFailed(span, new Error(result.message));
          await settle(jsMessage, result, {
            consumer,
            publisher: this.publisher,
            failures,
            logger,
          });
        },
      );
    } finally {
      clearInterval(extend);
    }
  }

  private noteOutage({ durable }: ConsumerDescription, result: Result): void {
    const error = result.kind === 'failed' ? result.error : undefined;
    if (error instanceof NotYetError) return;
    if (error instanceof TransientError) this.outages.set(durable, error.message);
    else this.outages.delete(durable);
  }

  /**
   * What a handler says of a message. A throw of what Nest puts around it, such as an interceptor, is a
   * failure like its own: left unsettled the message would come back for ever.
   */
  private async ask(handler: MessageHandler, message: BusMessage): Promise<Result> {
    try {
      const said: unknown = await lastValueFrom(this.transformToObservable(await handler(message)));
      if (isResult(said)) return said;
      throw new TypeError(`a handler returns done() or deadLetter(), and not ${String(said)}`);
    } catch (error) {
      return { kind: 'failed', error };
    }
  }

  /** A failure for which something that is away is to blame is no failure of the message. */
  private blameOutage(result: Result): Result {
    if (result.kind !== 'failed' || result.error instanceof TransientError) return result;
    const { error } = result;
    const outage = this.options.outageOf?.(error);
    if (outage === undefined) return result;
    return { kind: 'failed', error: new TransientError(outage, { cause: error }) };
  }
}

const isResult = (said: unknown): said is Result =>
  typeof said === 'object' && said !== null && 'kind' in said;

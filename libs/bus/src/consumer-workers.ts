import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import type { ConsumerDescription } from '@tapeline/contracts';
import type { Logger } from '@tapeline/telemetry';
import type { Bus } from './bus.js';
import { restoreConsumer } from './provision.js';
import { giveBack } from './settle.js';

const PULL_MS = 5_000;
const REOPEN_MS = 250;

/**
 * Takes a consumer's messages, `concurrency` at a time. Each worker pulls one message when it is free
 * for it, so nothing waits in a buffer while its acknowledgement falls due, and memory is bounded.
 */
export class ConsumerWorkers {
  private readonly stopping = Promise.withResolvers<void>();
  private stopped = false;
  private workers: Promise<void>[] = [];
  private consumer: Promise<Consumer> | undefined;
  private readonly pulls = new Set<ConsumerMessages>();
  private readonly inHand = new Set<JsMsg>();
  private lastError: string | null = null;

  constructor(
    private readonly bus: Bus,
    private readonly description: ConsumerDescription,
    private readonly handle: (message: JsMsg) => Promise<void>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.workers = Array.from({ length: this.description.concurrency }, () => this.work());
  }

  /** Why messages are not coming, or null if all is well. */
  get trouble(): string | null {
    return this.lastError;
  }

  /**
   * Stops pulling and waits for what is in hand. What is not finished in time is given back to the
   * server: its handler goes on, but what it says no longer counts.
   */
  async stop(graceMs: number): Promise<void> {
    this.stopped = true;
    this.stopping.resolve();
    for (const pull of this.pulls) pull.stop();
    const finished = Promise.all(this.workers);
    await Promise.race([finished, delay(graceMs, undefined, { ref: false })]);
    for (const message of this.inHand) {
      this.logger.warn({ subject: message.subject }, 'not finished in time; given back');
      giveBack(message);
    }
  }

  private async work(): Promise<void> {
    while (!this.stopped && !this.bus.nc.isClosed()) {
      const message = await this.pull();
      if (!message) continue;
      this.inHand.add(message);
      try {
        await this.handle(message);
      } catch (error) {
        // It is delivered again once its acknowledgement is overdue.
        this.logger.error({ err: error, subject: message.subject }, 'not settled');
      } finally {
        this.inHand.delete(message);
      }
    }
  }

  /** The next message, or null if there is none for some seconds, or trouble. */
  private async pull(): Promise<JsMsg | null> {
    if (!this.bus.connected) await Promise.race([this.bus.whenConnected(), this.stopping.promise]);
    if (this.stopped) return null;
    const opened = (this.consumer ??= this.open());
    try {
      const message = await this.next(await opened);
      this.lastError = null;
      return message;
    } catch (error) {
      if (this.stopped || this.bus.nc.isClosed()) return null;
      // The consumer or its stream may have gone. Another worker may have opened it again already.
      if (this.consumer === opened) this.consumer = undefined;
      const text = (error as Error).message;
      if (this.lastError !== text) {
        this.logger.warn({ err: error, consumer: this.description.durable }, 'pulling failed');
      }
      this.lastError = text;
      await delay(REOPEN_MS);
      return null;
    }
  }

  private async next(consumer: Consumer): Promise<JsMsg | null> {
    const pull = await consumer.fetch({ max_messages: 1, expires: PULL_MS });
    this.pulls.add(pull);
    if (this.stopped) pull.stop();
    try {
      const { value } = await pull[Symbol.asyncIterator]().next();
      return value ?? null;
    } finally {
      this.pulls.delete(pull);
      pull.stop();
    }
  }

  private async open(): Promise<Consumer> {
    await restoreConsumer(this.bus, this.description);
    const { stream, durable } = this.description;
    const consumer = await this.bus.js.consumers.get(stream, durable);
    this.lastError = null;
    return consumer;
  }
}

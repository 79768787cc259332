import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, JsMsg } from '@nats-io/jetstream';
import type { ConsumerDescription } from '@tapeline/contracts';
import type { Logger } from '@tapeline/telemetry';
import type { Bus } from './bus.js';
import { provisionConsumer } from './provision.js';

const PULL_MS = 5_000;
const REOPEN_MS = 250;

/**
 * Takes a consumer's messages, `concurrency` at a time. Each worker pulls one message when it is free
 * for it, so nothing waits in a buffer while its acknowledgement falls due, and memory is bounded.
 */
export class ConsumerWorkers {
  private stopped = false;
  private workers: Promise<void>[] = [];
  private consumer: Promise<Consumer> | undefined;
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

  /** Stops pulling and waits for what is in hand. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.workers);
  }

  private async work(): Promise<void> {
    while (!this.stopped) {
      try {
        this.consumer ??= this.open();
        const consumer = await this.consumer;
        const message = await consumer.next({ expires: PULL_MS });
        this.lastError = null;
        if (message) await this.handle(message);
      } catch (error) {
        if (this.stopped || this.bus.nc.isClosed()) return;
        // The consumer or its stream may have gone: set it up again.
        this.consumer = undefined;
        const text = (error as Error).message;
        if (this.lastError !== text) {
          this.logger.warn({ err: error, consumer: this.description.durable }, 'pulling failed');
        }
        this.lastError = text;
        await delay(REOPEN_MS);
      }
    }
  }

  private async open(): Promise<Consumer> {
    await provisionConsumer(this.bus, this.description);
    return this.bus.js.consumers.get(this.description.stream, this.description.durable);
  }
}

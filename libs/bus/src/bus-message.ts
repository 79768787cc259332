import type { JsMsg } from '@nats-io/jetstream';

/** A message as a handler sees it. Handlers say what became of it; they never acknowledge. */
export class BusMessage {
  /** @param failures tries of it that have failed so far. */
  constructor(
    private readonly message: JsMsg,
    private readonly failures = 0,
  ) {}

  get subject(): string {
    return this.message.subject;
  }

  get data(): Uint8Array {
    return this.message.data;
  }

  get stream(): string {
    return this.message.info.stream;
  }

  get consumer(): string {
    return this.message.info.consumer;
  }

  /** Position in its stream, from 1. */
  get streamSequence(): number {
    return this.message.seq;
  }

  /** Deliveries so far, this one included; outages and restarts add to them. */
  get deliveryCount(): number {
    return this.message.info.deliveryCount;
  }

  /** Which try this is, from 1; one that fails at the consumer's `maxDeliver` is the last. */
  get attempt(): number {
    return this.failures + 1;
  }

  /** When the stream stored it, ns since epoch. */
  get timestampNanos(): bigint {
    return BigInt(this.message.info.timestampNanos);
  }

  /** A header's value, or undefined without it. */
  header(name: string): string | undefined {
    return this.message.headers?.get(name) || undefined;
  }

  /** All headers; of repeated ones the first value. */
  headers(): Record<string, string> {
    const headers = this.message.headers;
    return Object.fromEntries(
      (headers?.keys() ?? []).map((name) => [name, headers?.get(name) ?? '']),
    );
  }

  /** The payload as JSON. @throws SyntaxError if it is none. */
  json(): unknown {
    return JSON.parse(Buffer.from(this.message.data).toString('utf8'));
  }
}

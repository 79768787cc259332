import type { JsMsg } from '@nats-io/jetstream';

/**
 * How often each message has failed in this process. The server's own count of deliveries would not do:
 * it rises with every outage and restart too, and those must never make a dead letter.
 */
export class FailureCounts {
  private readonly counts = new Map<string, number>();

  /** @param capacity messages remembered; beyond it the one that failed first is forgotten. */
  constructor(private readonly capacity = 10_000) {}

  of(message: JsMsg): number {
    return this.counts.get(key(message)) ?? 0;
  }

  add(message: JsMsg): void {
    const failures = this.of(message) + 1;
    this.counts.delete(key(message));
    this.counts.set(key(message), failures);
    if (this.counts.size > this.capacity) {
      for (const oldest of this.counts.keys()) {
        this.counts.delete(oldest);
        break;
      }
    }
  }

  forget(message: JsMsg): void {
    this.counts.delete(key(message));
  }
}

/** Sequences begin anew if a stream is made again. */
const key = (message: JsMsg): string => `${message.seq}@${message.info.timestampNanos}`;

import { setImmediate } from 'node:timers/promises';
import type { BatchHeader, RuleOutcome } from '@tapeline/contracts';
import type { ColumnarBatch } from '@tapeline/records';
import { isUnavailable } from '../is-unavailable.js';
import type { Storage } from '../storage.js';
import { readyBatch, storeBatches, writeBatch } from './write-batch.js';
import type { ReadyBatch, Written } from './write-batch.js';

type Waiting = PromiseWithResolvers<Written> & { readonly ready: ReadyBatch };

export interface BatchWriterOptions {
  /** Transactions at a time; each takes a connection. */
  readonly transactions: number;
  /** Most batches of a transaction; 4 by default. */
  readonly most?: number;
}

/**
 * Stores batches of several callers. Those that come while transactions are under way share the next one, which
 * costs as many round trips and one commit as that of a single batch. Rows are encoded while the server works at
 * others: at other times it would wait for that. Each call ends after its batch's commit.
 */
export class BatchWriter {
  readonly #waiting: Waiting[] = [];
  readonly #most: number;
  readonly #transactions: number;
  /** Transactions under way, and those of them at whose rows the server works. */
  #running = 0;
  #sent = 0;
  readonly #encoders: (() => void)[] = [];

  constructor(
    private readonly storage: Storage,
    { transactions, most = 4 }: BatchWriterOptions,
  ) {
    this.#transactions = transactions;
    this.#most = most;
  }

  /** As {@link writeBatch}. A batch that cannot be stored is no harm to those that it shares a transaction with. */
  async write(
    header: BatchHeader,
    batch: ColumnarBatch,
    outcomes: readonly RuleOutcome[] = [],
  ): Promise<Written> {
    if (this.#running > this.#sent) {
      await new Promise<void>((resolve) => this.#encoders.push(resolve));
    }
    const ready = await readyBatch(this.storage, header, batch, outcomes);
    const waiting = { ready, ...Promise.withResolvers<Written>() };
    this.#waiting.push(waiting);
    if (this.#running < this.#transactions) void this.#work();
    return waiting.promise;
  }

  async #work(): Promise<void> {
    this.#running++;
    for (;;) {
      const group = this.#waiting.splice(0, this.#most);
      if (group.length === 0) break;
      await this.#store(group);
    }
    this.#running--;
    await this.#encode();
  }

  /** Lets callers encode one after the other, with time for what the server says in between. */
  async #encode(): Promise<void> {
    for (let next = this.#encoders.shift(); next; next = this.#encoders.shift()) {
      next();
      await setImmediate();
    }
  }

  async #store(group: readonly Waiting[]): Promise<void> {
    let isSent = false;
    const onSent = (): void => {
      if (!isSent) this.#sent++;
      isSent = true;
      void this.#encode();
    };
    try {
      const batches = group.map(({ ready }) => ready);
      const written = await storeBatches(this.storage, batches, onSent);
      group.forEach(({ resolve }, index) => resolve(written[index]!));
    } catch (error) {
      await this.#tell(group, error);
    } finally {
      if (isSent) this.#sent--;
    }
  }

  /** Stores them one by one, so that only those fail that are themselves at fault; all of them in an outage. */
  async #tell(group: readonly Waiting[], error: unknown): Promise<void> {
    if (group.length === 1 || isUnavailable(error)) {
      for (const { reject } of group) reject(error);
      return;
    }
    for (const { ready, resolve, reject } of group) {
      const { header, batch, outcomes } = ready;
      await writeBatch(this.storage, header, batch, outcomes).then(resolve, reject);
    }
  }
}

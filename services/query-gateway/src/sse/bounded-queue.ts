/** What did not fit into a queue, counted. */
export interface Missed {
  batches: number;
  records: number;
}

/** Batches that wait for a slow reader; beyond `most` they are counted instead of kept. */
export class BoundedQueue<Item extends { readonly records: number }> {
  readonly #waiting: Item[] = [];
  #missed: Missed = { batches: 0, records: 0 };
  #wake = Promise.withResolvers<void>();
  #isClosed = false;

  constructor(private readonly most: number) {}

  push(item: Item): void {
    // In order: what comes after something was missed waits until the reader has been told so.
    if (this.#waiting.length < this.most && this.#missed.batches === 0) this.#waiting.push(item);
    else {
      this.#missed.batches++;
      this.#missed.records += item.records;
    }
    this.#wake.resolve();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake.resolve();
  }

  /** What comes next: an item, what was missed before the next one, or undefined once it is closed. */
  async next(): Promise<{ item: Item } | { missed: Missed } | undefined> {
    for (;;) {
      if (this.#isClosed) return undefined;
      const item = this.#waiting.shift();
      if (item) return { item };
      if (this.#missed.batches > 0) {
        const missed = this.#missed;
        this.#missed = { batches: 0, records: 0 };
        return { missed };
      }
      this.#wake = Promise.withResolvers();
      await this.#wake.promise;
    }
  }
}

/**
 * A bounded memory of the values last used, each for a limited time: what is not known now, or has
 * changed since, is seen once that time is over.
 */
export class RecentValues<Value> {
  /** In the order of use. */
  readonly #entries = new Map<string, { readonly value: Value; readonly until: number }>();

  /** @param most entries. @param lifetime in ms. @param now in ms, of a clock that never goes back. */
  constructor(
    private readonly most: number,
    private readonly lifetime: number,
    private readonly now: () => number,
  ) {}

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): { readonly value: Value } | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (entry.until <= this.now()) return undefined;
    this.#entries.set(key, entry);
    return entry;
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: this.now() + this.lifetime });
    if (this.#entries.size <= this.most) return;
    const [oldest] = this.#entries.keys();
    this.#entries.delete(oldest!);
  }
}

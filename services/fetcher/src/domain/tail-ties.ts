/** Follows a stream in index-time order and knows its last time and how many records share it. */
export class TailTies {
  private last: bigint | undefined;
  private readonly counts = new Map<number, number>();

  push(instrumentIds: Uint32Array, timestamps: BigUint64Array): void {
    const last = timestamps.at(-1);
    if (last === undefined) return;
    if (last !== this.last) this.counts.clear();
    this.last = last;
    for (let row = timestamps.length - 1; row >= 0 && timestamps[row] === last; row--) {
      const id = instrumentIds[row]!;
      this.counts.set(id, (this.counts.get(id) ?? 0) + 1);
    }
  }

  /** The last time and the records at it by instrument; undefined before the first record. */
  get tail(): { at: bigint; ties: Record<string, number> } | undefined {
    return this.last === undefined
      ? undefined
      : { at: this.last, ties: Object.fromEntries(this.counts) };
  }
}

const EMPTY = -1;

/** Numbers instruments in the order in which they are first seen: a hash table of two typed arrays. */
export class InstrumentSlots {
  #ids = new Uint32Array(256);
  #slots = new Int32Array(256).fill(EMPTY);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The slot of an instrument id, a new one if it has none. */
  slotOf(id: number): number {
    const mask = this.#slots.length - 1;
    let at = (Math.imul(id, 0x9e37_79b1) >>> 8) & mask;
    for (;;) {
      const slot = this.#slots[at]!;
      if (slot === EMPTY) return this.#add(at, id);
      if (this.#ids[at] === id) return slot;
      at = (at + 1) & mask;
    }
  }

  #add(at: number, id: number): number {
    const slot = this.#size++;
    this.#ids[at] = id;
    this.#slots[at] = slot;
    if (2 * this.#size > this.#slots.length) this.#grow();
    return slot;
  }

  #grow(): void {
    const [ids, slots] = [this.#ids, this.#slots];
    this.#ids = new Uint32Array(2 * ids.length);
    this.#slots = new Int32Array(2 * slots.length).fill(EMPTY);
    const mask = this.#slots.length - 1;
    slots.forEach((slot, index) => {
      if (slot === EMPTY) return;
      let at = (Math.imul(ids[index]!, 0x9e37_79b1) >>> 8) & mask;
      while (this.#slots[at] !== EMPTY) at = (at + 1) & mask;
      this.#ids[at] = ids[index]!;
      this.#slots[at] = slot;
    });
  }
}

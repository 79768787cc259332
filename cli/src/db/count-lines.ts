const [LINE_FEED, QUOTE] = [0x0a, 0x22];

/** Counts the lines of CSV that pass, however they are cut; a line feed within quotes is none. */
export class LineCounter {
  #lines = 0;
  #isQuoted = false;

  get lines(): number {
    return this.#lines;
  }

  count(bytes: Uint8Array): void {
    for (const byte of bytes) {
      // A quote that is doubled ends the quotes and begins them again.
      if (byte === QUOTE) this.#isQuoted = !this.#isQuoted;
      else if (byte === LINE_FEED && !this.#isQuoted) this.#lines++;
    }
  }
}

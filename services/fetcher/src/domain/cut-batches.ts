/** Whole records on their way to the bus, as they stand on the wire. */
export interface RawBatch {
  readonly sequence: number;
  /** Position in the chunk of the first record. */
  readonly firstOrdinal: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

/**
 * Gathers records into batches of exactly `size`, the last one smaller: the boundaries depend on nothing
 * but the records, so a retry cuts at the same places.
 */
export class BatchCutter {
  private buffer: Uint8Array | undefined;
  private filled = 0;
  private sequence = 0;
  private ordinal = 0;

  /** @param stride bytes of one record. @param size records of one batch. */
  constructor(
    private readonly stride: number,
    private readonly size: number,
  ) {}

  /** Adds records; yields each batch as it fills. `bytes` may be reused by the caller afterwards. */
  *push(bytes: Uint8Array): Generator<RawBatch> {
    for (let at = 0; at < bytes.length;) {
      this.buffer ??= new Uint8Array(this.size * this.stride);
      const part = bytes.subarray(at, at + this.buffer.length - this.filled);
      this.buffer.set(part, this.filled);
      this.filled += part.length;
      at += part.length;
      if (this.filled === this.buffer.length) yield this.take();
    }
  }

  /** Yields what is left at the end of the chunk. */
  *finish(): Generator<RawBatch> {
    if (this.filled > 0) yield this.take();
  }

  private take(): RawBatch {
    const count = this.filled / this.stride;
    const batch: RawBatch = {
      sequence: this.sequence,
      firstOrdinal: this.ordinal,
      count,
      bytes: (this.buffer as Uint8Array).subarray(0, this.filled),
    };
    this.buffer = undefined;
    this.filled = 0;
    this.sequence++;
    this.ordinal += count;
    return batch;
  }
}

/** Consecutive whole records of one rtype and one length. */
export class RecordBlock {
  #bytes: Uint8Array | undefined;

  /**
   * @param segments whole records each. They may be views of what was pushed: do not overwrite that.
   */
  constructor(
    /** Position of the first record in the input, from 0. */
    readonly firstIndex: number,
    /** Byte of the uncompressed input at which it begins. */
    readonly offset: number,
    readonly rtype: number,
    /** Bytes per record, `ts_out` included. */
    readonly stride: number,
    readonly count: number,
    readonly segments: readonly Uint8Array[],
  ) {}

  /** All `count × stride` bytes in one piece, copied together if need be. */
  get bytes(): Uint8Array {
    this.#bytes ??= this.segments.length === 1 ? this.segments[0]! : Buffer.concat(this.segments);
    return this.#bytes;
  }

  /** Records `[from, to)` of the block. */
  slice(from: number, to: number): RecordBlock {
    if (from === 0 && to === this.count) return this;
    const { firstIndex, offset, rtype, stride } = this;
    const bytes = this.bytes.subarray(from * stride, to * stride);
    return new RecordBlock(firstIndex + from, offset + from * stride, rtype, stride, to - from, [
      bytes,
    ]);
  }
}

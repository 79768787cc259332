import { DbnCorruptError, DbnTruncatedError } from './dbn-error.js';

const MAGIC = 0xfd2f_b528;
const SKIPPABLE_MAGIC = 0x184d_2a50;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;

/** What the next bytes are. */
type Part = 'magic' | 'skippable size' | 'descriptor' | 'block header';

const PART_BYTES: Readonly<Record<Part, number>> = {
  magic: 4,
  'skippable size': 4,
  descriptor: 1,
  'block header': 3,
};

/**
 * Follows the frames of a zstd stream without decompressing it. Node's decompressor takes whatever
 * follows a frame and is not a frame for the end, and drops it without a word; so does it with a next
 * frame's magic that is cut short. This finds both.
 *
 * Layout of a frame: magic, descriptor, the rest of its header, blocks of a 3-byte header and a body,
 * checksum.
 */
export class ZstdFrames {
  #part: Part = 'magic';
  /** The bytes of the part so far, little-endian. */
  #value = 0;
  #have = 0;
  /** Bytes to pass over before the part. */
  #skip = 0;
  #hasChecksum = false;
  #offset = 0;

  /** Takes the next compressed bytes. @throws DbnError corrupt_zstd */
  push(bytes: Uint8Array): void {
    let position = 0;
    while (position < bytes.length) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, bytes.length - position);
        this.#skip -= skipped;
        position += skipped;
        this.#offset += skipped;
        continue;
      }
      this.#value += bytes[position++]! * 2 ** (8 * this.#have++);
      this.#offset++;
      if (this.#have === PART_BYTES[this.#part]) this.#endPart(this.#value);
    }
  }

  /** Declares the end of the input. @throws DbnError truncated_zstd if it is inside a frame. */
  finish(): void {
    if (this.#part !== 'magic' || this.#have > 0 || this.#skip > 0) {
      throw new DbnTruncatedError(
        'truncated_zstd',
        `the zstd stream ends after ${this.#offset} compressed bytes, inside a frame; fetch it again`,
      );
    }
  }

  #endPart(value: number): void {
    this.#value = 0;
    this.#have = 0;
    switch (this.#part) {
      case 'magic':
        if (value === MAGIC) this.#part = 'descriptor';
        else if ((value & ~0xf) >>> 0 === SKIPPABLE_MAGIC) this.#part = 'skippable size';
        else throw this.#corrupt('no frame begins where one should');
        break;
      case 'skippable size':
        this.#skip = value;
        this.#part = 'magic';
        break;
      case 'descriptor':
        this.#skip = restOfHeader(value);
        this.#hasChecksum = (value & 0b100) !== 0;
        this.#part = 'block header';
        break;
      case 'block header':
        this.#endBlockHeader(value);
        break;
    }
  }

  #endBlockHeader(header: number): void {
    const type = (header >> 1) & 3;
    if (type === RESERVED_BLOCK) throw this.#corrupt('a block is of no known type');
    this.#skip = type === RLE_BLOCK ? 1 : header >> 3;
    if ((header & 1) === 0) return;
    if (this.#hasChecksum) this.#skip += 4;
    this.#part = 'magic';
  }

  #corrupt(what: string): DbnCorruptError {
    return new DbnCorruptError(
      'corrupt_zstd',
      `zstd stream at compressed byte ${this.#offset}: ${what}; fetch it again`,
    );
  }
}

/** Bytes of a frame header after its descriptor: window, dictionary id, content size. */
function restOfHeader(descriptor: number): number {
  const isSingleSegment = (descriptor & 0b10_0000) !== 0;
  const window = isSingleSegment ? 0 : 1;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  return window + dictionary + contentSize;
}

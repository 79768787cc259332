import { DbnCorruptError, DbnTruncatedError, DbnUnsupportedError } from './dbn-error.js';
import { decodeMetadata } from './decode-metadata.js';
import { fragmentMetadata } from './fragment.js';
import type { Fragment } from './fragment.js';
import { PRELUDE_BYTES, readPrelude } from './metadata.js';
import { RecordBlock } from './record-block.js';
import type { DbnMetadata } from './metadata.js';

export interface SplitterOptions {
  /** Larger metadata are refused; the default is 64 MiB. */
  readonly maxMetadataBytes?: number;
  /** The input is a fragment, records without metadata, and this is known of them. */
  readonly fragment?: Fragment;
}

const DEFAULT_MAX_METADATA = 64 * 1024 * 1024;
const HEADER_WORDS = 4;
const MAX_RECORD_BYTES = 255 * 4;

/**
 * Splits an uncompressed DBN stream, pushed in pieces of any size, into metadata and whole records of
 * any kind. The same input gives the same records and the same error however it is cut: records before
 * a fault leave first, the fault is thrown by the next call. Memory stays within the metadata, as they
 * arrive, and one record.
 */
export class RecordSplitter {
  readonly #maxMetadataBytes: number;
  #head = new Uint8Array(PRELUDE_BYTES);
  #headLength = 0;
  /** Bytes of the metadata, once the prelude told. */
  #headSize = PRELUDE_BYTES;
  #metadata: DbnMetadata | undefined;
  /** The start of a record whose end has not come yet. */
  readonly #tail = new Uint8Array(MAX_RECORD_BYTES);
  #tailLength = 0;
  /** Bytes of the stream that have left as metadata and whole records. */
  #offset = 0;
  #recordCount = 0;
  #failure: unknown;

  constructor(options: SplitterOptions = {}) {
    this.#maxMetadataBytes = options.maxMetadataBytes ?? DEFAULT_MAX_METADATA;
    if (options.fragment) this.#metadata = fragmentMetadata(options.fragment);
  }

  /** Undefined until they have arrived as a whole. */
  get metadata(): DbnMetadata | undefined {
    return this.#metadata;
  }

  /** Bytes of the input that have left as metadata and whole records: where the next record begins. */
  get offset(): number {
    return this.#offset;
  }

  /** Whole records that have left so far. */
  get recordCount(): number {
    return this.#recordCount;
  }

  /**
   * Takes the next bytes and gives the records they complete.
   * @throws DbnError if the input is no DBN; see {@link readPrelude} and `bad_length`.
   */
  push(bytes: Uint8Array): RecordBlock[] {
    if (this.#failure !== undefined) throw this.#failure;
    const blocks: RecordBlock[] = [];
    try {
      const start = this.#metadata ? 0 : this.#takeMetadata(bytes);
      if (this.#metadata) this.#takeRecords(bytes, start, blocks);
    } catch (error) {
      this.#failure = error;
      if (blocks.length === 0) throw error;
    }
    return blocks;
  }

  /** Declares the end of the input. @throws DbnError `truncated` if it is inside something. */
  finish(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#metadata) {
      throw new DbnTruncatedError(
        'truncated',
        `the input ends after ${this.#headLength} bytes, inside the metadata; fetch it again`,
        { offset: this.#headLength },
      );
    }
    if (this.#tailLength > 0) {
      const size = 4 * this.#tail[0]!;
      throw new DbnTruncatedError(
        'truncated',
        `record ${this.#recordCount} at byte ${this.#offset} has only ${this.#tailLength} of its ` +
          `${size} bytes; fetch the rest from there on`,
        {
          offset: this.#offset,
          recordIndex: this.#recordCount,
          ...(this.#tailLength > 1 && { rtype: this.#tail[1]! }),
        },
      );
    }
  }

  /** Collects the metadata; returns how many bytes they took of these. */
  #takeMetadata(bytes: Uint8Array): number {
    let position = this.#fillHead(bytes, 0);
    if (this.#headSize === PRELUDE_BYTES && this.#headLength === PRELUDE_BYTES) {
      this.#headSize = readPrelude(this.#head).size;
      if (this.#headSize > this.#maxMetadataBytes) {
        throw new DbnUnsupportedError(
          'metadata_too_large',
          `the metadata take ${this.#headSize} bytes, more than the ${this.#maxMetadataBytes} allowed; ` +
            'raise maxMetadataBytes if the source is trusted',
          { offset: 4 },
        );
      }
      position = this.#fillHead(bytes, position);
    }
    if (this.#headSize > PRELUDE_BYTES && this.#headLength === this.#headSize) {
      this.#metadata = decodeMetadata(this.#head);
      this.#offset = this.#headSize;
      this.#head = new Uint8Array(0);
    }
    return position;
  }

  /** The buffer grows with what has come, not with what the prelude claims. */
  #fillHead(bytes: Uint8Array, from: number): number {
    const taken = Math.min(this.#headSize - this.#headLength, bytes.length - from);
    const needed = this.#headLength + taken;
    if (needed > this.#head.length) {
      const grown = new Uint8Array(Math.min(this.#headSize, 2 * needed));
      grown.set(this.#head.subarray(0, this.#headLength));
      this.#head = grown;
    }
    this.#head.set(bytes.subarray(from, from + taken), this.#headLength);
    this.#headLength = needed;
    return from + taken;
  }

  #takeRecords(bytes: Uint8Array, start: number, blocks: RecordBlock[]): void {
    let position = start;
    let head: Uint8Array | undefined;
    if (this.#tailLength > 0) {
      position += this.#fillTail(bytes, start);
      const size = 4 * this.#tail[0]!;
      if (this.#tailLength < size) return;
      head = this.#tail.slice(0, size);
      this.#tailLength = 0;
    }
    const end = bytes.length;
    while (position < end) {
      const words = bytes[position]!;
      if (words < HEADER_WORDS) {
        if (head) this.#emit([head], blocks);
        throw this.#badLength(words);
      }
      if (position + 4 * words > end) break;
      const first = position;
      position = endOfRun(bytes, first);
      const run = new Uint8Array(bytes.buffer, bytes.byteOffset + first, position - first);
      if (head && (head[0] !== run[0] || head[1] !== run[1])) {
        this.#emit([head], blocks);
        head = undefined;
      }
      this.#emit(head ? [head, run] : [run], blocks);
      head = undefined;
    }
    if (head) this.#emit([head], blocks);
    this.#tail.set(bytes.subarray(position));
    this.#tailLength = end - position;
  }

  #fillTail(bytes: Uint8Array, from: number): number {
    const missing = 4 * this.#tail[0]! - this.#tailLength;
    const piece = bytes.subarray(from, from + missing);
    this.#tail.set(piece, this.#tailLength);
    this.#tailLength += piece.length;
    return piece.length;
  }

  #emit(segments: readonly Uint8Array[], blocks: RecordBlock[]): void {
    const [length, rtype] = segments[0]!;
    const stride = 4 * length!;
    let bytes = 0;
    for (const segment of segments) bytes += segment.length;
    const count = bytes / stride;
    blocks.push(new RecordBlock(this.#recordCount, this.#offset, rtype!, stride, count, segments));
    this.#offset += bytes;
    this.#recordCount += count;
  }

  #badLength(words: number): DbnCorruptError {
    return new DbnCorruptError(
      'bad_length',
      `record ${this.#recordCount} at byte ${this.#offset} claims ${4 * words} bytes, less than its ` +
        'header of 16; the input is corrupt from there on',
      { offset: this.#offset, recordIndex: this.#recordCount },
    );
  }
}

/** Where the records of the length and rtype of the whole one at `first` end. */
function endOfRun(input: Uint8Array, first: number): number {
  const length = input[first]!;
  const rtype = input[first + 1]!;
  const { buffer, byteOffset, length: end } = input;
  let position = first + 4 * length;
  if ((byteOffset + first) % 4 !== 0) {
    while (
      position + 4 * length <= end &&
      input[position] === length &&
      input[position + 1] === rtype
    ) {
      position += 4 * length;
    }
    return position;
  }
  const words = new Uint32Array(buffer, byteOffset + first, (end - first) >>> 2);
  const header = length | (rtype << 8);
  let at = length;
  while (at + length <= words.length && (words[at]! & 0xffff) === header) at += length;
  return first + 4 * at;
}

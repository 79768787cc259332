import type { DbnBatch } from '../dbn-batch.js';
import { DbnError } from '../dbn-error.js';
import { DbnStream } from '../dbn-stream.js';
import { seededRandom } from '../testdata.js';
import { checkBatches, checkFault } from './check-decoder.js';
import type { Verdict } from './check-decoder.js';
import { chooseOptions, cut } from './choose-options.js';
import type { Random } from './draw.js';
import type { FuzzInput } from './input.js';
import { referenceDecode } from './reference-decode.js';
import { referenceInflate } from './reference-inflate.js';
import { Refusal } from './reference-metadata.js';
import { FuzzFailure, requireEqual } from './require-equal.js';

/**
 * Reads an input as a stream, zstd or plain, and compares what comes out with the reference over frames
 * decompressed one by one. An input whose zstd is not whole must not be accepted, however much came of it.
 * @throws FuzzFailure if it differs; whatever the stream throws that is no DbnError.
 */
export async function checkStream(input: FuzzInput): Promise<Verdict> {
  const random = seededRandom(input.seed);
  const options = chooseOptions(random, input.fragment);
  const source = new Source(input.bytes, random);
  const batches: DbnBatch[] = [];
  let stream: DbnStream | undefined;
  let fault: unknown;
  try {
    const { fragment, ...others } = options;
    stream = await DbnStream.open(source, { ...others, ...(fragment && { fragment }) });
    for await (const batch of stream) batches.push(batch);
  } catch (error) {
    if (!(error instanceof DbnError)) throw error;
    fault = error;
  }
  requireEqual(source.isReleased || !source.isOpened, true, 'whether the source was released');

  const { plain, isWhole, refusal } = plainOf(input.bytes);
  if (refusal) {
    checkFault(fault, refusal);
    return refusal.code;
  }
  const expected = referenceDecode(plain, options);
  if (isWhole) {
    checkFault(fault, expected.refusal);
    requireEqual(stream?.metadata, expected.metadata, 'metadata');
    const isReadable = checkBatches(batches, expected, plain, random);
    if (!fault) requireEqual(stream?.bytesRead, plain.length, 'bytes read');
    return expected.refusal?.code ?? (isReadable ? 'accepted' : 'bad_string');
  }
  // What comes of the frame that is not whole may be anything; what comes before is as it should be.
  const before = batches.filter(({ block }) => block.offset + block.bytes.length <= plain.length);
  const count = before.reduce((sum, { length }) => sum + length, 0);
  checkBatches(before, { ...expected, records: expected.records.slice(0, count) }, plain, random);
  if (!(fault instanceof DbnError)) throw new FuzzFailure('zstd that is not whole was accepted');
  return fault.code;
}

interface Plain {
  readonly plain: Uint8Array;
  readonly isWhole: boolean;
  readonly refusal?: Refusal;
}

const ZSTD_MAGIC = Buffer.from('28b52ffd', 'hex');

function plainOf(bytes: Uint8Array): Plain {
  const start = Buffer.from(bytes.subarray(0, 4));
  if (start.equals(ZSTD_MAGIC)) return referenceInflate(bytes);
  if (start.length > 0 && start.equals(ZSTD_MAGIC.subarray(0, start.length))) {
    return { plain: bytes, isWhole: false, refusal: new Refusal('truncated_zstd') };
  }
  const isDbz = start.length === 4 && start.readUInt32LE(0) >>> 4 === 0x184d2a5;
  return { plain: bytes, isWhole: true, ...(isDbz && { refusal: new Refusal('legacy_dbz', 0) }) };
}

/** The bytes in pieces; it remembers whether it was released. */
class Source implements AsyncIterable<Uint8Array> {
  isOpened = false;
  isReleased = false;

  constructor(
    readonly bytes: Uint8Array,
    readonly random: Random,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    this.isOpened = true;
    try {
      yield* cut(this.bytes, this.random);
    } finally {
      this.isReleased = true;
    }
  }
}

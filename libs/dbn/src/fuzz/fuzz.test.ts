import { expect, it } from '@jest/globals';
import { DbnDecoder } from '../dbn-decoder.js';
import { DbnBatch } from '../dbn-batch.js';
import type { DbnErrorCode } from '../dbn-error.js';
import { RecordBlock } from '../record-block.js';
import { seededRandom } from '../testdata.js';
import { checkDecoder, optionsToDecoder } from './check-decoder.js';
import { checkStream } from './check-stream.js';
import { fuzz, inputAt } from './fuzz.js';
import { formatInput, parseInput } from './input.js';
import { inFrames, makeCorpus } from './make-corpus.js';
import type { ReferenceOptions } from './reference-decode.js';
import { FuzzFailure } from './require-equal.js';

/** All that can be wrong with an input: the others are for encoders. */
const CODES: readonly DbnErrorCode[] = [
  'bad_magic',
  'unsupported_version',
  'legacy_dbz',
  'truncated',
  'truncated_zstd',
  'corrupt_zstd',
  'bad_length',
  'metadata_too_large',
  'bad_metadata',
  'wrong_record',
  'unknown_rtype',
  'bad_string',
];

it('decodes or refuses 20,000 spoiled inputs as the reference does', async () => {
  const report = await fuzz({ inputs: 20_000, seed: 7 });
  expect(report.failures).toEqual([]);
  expect(report.inputs).toBe(20_000);
  expect(report.streams).toBeGreaterThan(500);
  expect(report.verdicts.accepted).toBeGreaterThan(2000);
  expect(CODES.filter((code) => !report.verdicts[code])).toEqual([]);
  // Of every mutation, though what is cut from zstd is hardly ever accepted.
  expect(Object.values(report.mutations).every(({ refused }) => refused > 0)).toBe(true);
  expect(Object.keys(report.mutations)).toHaveLength(26);
});

it('gives the same inputs for the same seed', async () => {
  const runs = [await fuzz({ inputs: 500, seed: 3 }), await fuzz({ inputs: 500, seed: 3 })];
  expect(runs[0]!.verdicts).toEqual(runs[1]!.verdicts);
  const other = await fuzz({ inputs: 500, seed: 4 });
  expect(other.verdicts).not.toEqual(runs[0]!.verdicts);
  const options = { inputs: 1, seed: 3 };
  expect(inputAt(options, 7)).toBe(inputAt(options, 7));
  expect(inputAt(options, 7)).not.toBe(inputAt(options, 8));
});

const corpus = makeCorpus(seededRandom(1));
const plain = corpus.filter(({ isZstd, bytes }) => !isZstd && bytes.length > 300);

/** Whether the check of any sound input, or of one cut short, fails. */
function isNoticed(open: (options: ReferenceOptions) => DbnDecoder, shortBy = 0): boolean {
  return plain.some(({ bytes, fragment }, seed) => {
    const cut = bytes.subarray(0, bytes.length - shortBy);
    try {
      checkDecoder({ bytes: cut, fragment, isStream: false, seed }, open);
      return false;
    } catch (error) {
      if (!(error instanceof FuzzFailure)) throw error;
      return true;
    }
  });
}

class SwallowsTail extends DbnDecoder {
  override finish(): void {
    if (this.metadata === undefined) super.finish();
  }
}

class DropsRecords extends DbnDecoder {
  override push(bytes: Uint8Array) {
    return super.push(bytes).filter(({ rtype }) => rtype !== 0x18);
  }
}

class ConfusesBytes extends DbnDecoder {
  override push(bytes: Uint8Array) {
    return super.push(bytes).map(({ description, version, block }) => {
      const { firstIndex, offset, rtype, stride, count } = block;
      const changed = new Uint8Array(block.bytes);
      changed[20]! ^= 1;
      return new DbnBatch(
        description,
        version,
        new RecordBlock(firstIndex, offset, rtype, stride, count, [changed]),
      );
    });
  }
}

const make =
  (Decoder: typeof DbnDecoder) =>
  ({ fragment, ...options }: ReferenceOptions): DbnDecoder =>
    new Decoder({ ...options, ...(fragment && { fragment }) });

it('notices a decoder that swallows, drops or confuses', () => {
  expect(isNoticed(optionsToDecoder)).toBe(false);
  expect(isNoticed(optionsToDecoder, 3)).toBe(false);
  expect(isNoticed(make(SwallowsTail), 3)).toBe(true);
  expect(isNoticed(make(DropsRecords))).toBe(true);
  expect(isNoticed(make(ConfusesBytes))).toBe(true);
});

it('replays what it printed', async () => {
  const [first, second] = plain.filter(({ fragment }) => fragment?.tsOut);
  for (const { bytes, fragment } of [first!, second!]) {
    const input = { bytes: Buffer.from(bytes), fragment, isStream: false, seed: -5 };
    expect(parseInput(formatInput(input))).toEqual(input);
  }
  const packed = inFrames(seededRandom(1), [plain[0]!.bytes]);
  const stream = { bytes: packed, fragment: undefined, isStream: true, seed: 2 };
  expect(parseInput(formatInput(stream))).toEqual(stream);
  expect(await checkStream(stream)).toBe('accepted');
  expect(await checkStream({ ...stream, bytes: packed.subarray(0, -1) })).toBe('truncated_zstd');
  expect(() => parseInput('decoder:1')).toThrow('--replay');
});

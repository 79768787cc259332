import { DbnDecoder } from '../dbn-decoder.js';
import type { DbnBatch } from '../dbn-batch.js';
import { DbnError } from '../dbn-error.js';
import type { DbnErrorCode } from '../dbn-error.js';
import { seededRandom } from '../testdata.js';
import { checkBatch } from './check-batch.js';
import { chooseOptions, cut } from './choose-options.js';
import type { Random } from './draw.js';
import type { FuzzInput } from './input.js';
import { referenceDecode } from './reference-decode.js';
import type { Expectation, ReferenceOptions } from './reference-decode.js';
import type { Refusal } from './reference-metadata.js';
import { FuzzFailure, requireEqual } from './require-equal.js';

/** Accepted as a whole, or the code of the first refusal. */
export type Verdict = 'accepted' | DbnErrorCode;

/**
 * Pushes an input in pieces through a decoder and compares all that comes out with the reference.
 * @throws FuzzFailure if it differs; whatever the decoder throws that is no DbnError.
 */
export function checkDecoder(
  input: FuzzInput,
  open: (options: ReferenceOptions) => DbnDecoder = optionsToDecoder,
): Verdict {
  const random = seededRandom(input.seed);
  const options = chooseOptions(random, input.fragment);
  const decoder = open(options);
  const batches: DbnBatch[] = [];
  let fault: unknown;
  try {
    for (const piece of cut(input.bytes, random)) batches.push(...decoder.push(piece));
    decoder.finish();
  } catch (error) {
    fault = error;
  }
  if (fault) checkRepeats(decoder, fault);
  const expected = referenceDecode(input.bytes, options);
  checkFault(fault, expected.refusal);
  requireEqual(decoder.metadata, expected.metadata, 'metadata');
  const skipped = [...decoder.skipped.values()].reduce((sum, count) => sum + count, 0);
  requireEqual(skipped, expected.skipped, 'records skipped');
  const isReadable = checkBatches(batches, expected, input.bytes, random);
  return expected.refusal?.code ?? (isReadable ? 'accepted' : 'bad_string');
}

/** `fragment: undefined` is no option. */
export const optionsToDecoder = ({ fragment, ...options }: ReferenceOptions): DbnDecoder =>
  new DbnDecoder({ ...options, ...(fragment && { fragment }) });

/** @throws FuzzFailure if the input was not refused for the reason, and at the place, that it should be. */
export function checkFault(fault: unknown, refusal: Refusal | undefined): void {
  if (fault !== undefined && !(fault instanceof DbnError)) throw fault;
  requireEqual(fault?.code, refusal?.code, 'the verdict');
  if (refusal?.offset !== undefined) requireEqual(fault?.offset, refusal.offset, 'its offset');
  requireEqual(fault?.recordIndex, refusal?.recordIndex, 'its record');
}

/**
 * Whether the batches hold the records of the reference, no more, no fewer.
 * @returns whether all of their texts are ended.
 */
export function checkBatches(
  batches: readonly DbnBatch[],
  { records, metadata }: Expectation,
  bytes: Uint8Array,
  random: Random,
): boolean {
  let taken = 0;
  let isReadable = true;
  for (const batch of batches) {
    if (!metadata || batch.length === 0) throw new FuzzFailure('a batch of nothing');
    const own = records.slice(taken, taken + batch.length);
    isReadable = checkBatch(batch, own, bytes, metadata, random) && isReadable;
    taken += batch.length;
  }
  requireEqual(taken, records.length, 'records');
  return isReadable;
}

/** Once refused, an input stays refused. */
function checkRepeats(decoder: DbnDecoder, fault: unknown): void {
  if (!(fault instanceof DbnError)) throw fault;
  const codeOf = (call: () => unknown): string => {
    try {
      call();
    } catch (error) {
      if (error instanceof DbnError) return error.code;
      throw error;
    }
    return 'accepted';
  };
  requireEqual(
    codeOf(() => decoder.finish()),
    fault.code,
    'the verdict of a second end',
  );
  if (fault.code === 'truncated') return;
  requireEqual(
    codeOf(() => decoder.push(new Uint8Array(0))),
    fault.code,
    'the verdict of a push behind a fault',
  );
}

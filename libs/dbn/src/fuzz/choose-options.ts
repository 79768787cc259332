import type { Fragment } from '../fragment.js';
import { below, pick } from './draw.js';
import type { Random } from './draw.js';
import type { ReferenceOptions } from './reference-decode.js';

const MIB = 1024 * 1024;

/** What an input is decoded with. */
export const chooseOptions = (
  random: Random,
  fragment: Fragment | undefined,
): ReferenceOptions => ({
  fragment,
  upgrade: pick(random, ['v3', 'as-is']),
  unknownRecords: pick(random, ['refuse', 'skip']),
  maxMetadataBytes: pick(random, [64 * MIB, 64 * MIB, 64 * MIB, 400]),
});

/** The bytes in pieces: one, two, tiny ones (some empty), or larger ones. */
export function* cut(bytes: Uint8Array, random: Random): Generator<Uint8Array> {
  const half = below(random, bytes.length + 1);
  const sizes = pick<() => number>(random, [
    () => bytes.length,
    () => half,
    () => below(random, 4),
    () => below(random, 300),
  ]);
  for (let at = 0; at < bytes.length;) {
    const end = at + sizes();
    yield bytes.subarray(at, end);
    // Of empty pieces one at a time.
    at = end > at ? end : at + 1;
    if (end < at) yield bytes.subarray(end, at);
  }
}

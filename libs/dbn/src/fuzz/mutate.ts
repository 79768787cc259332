import { below, pick, randomBytes } from './draw.js';
import type { Random } from './draw.js';
import type { Seed } from './make-corpus.js';
import { fieldMutations } from './mutate-fields.js';
import { zstdMutations } from './mutate-zstd.js';
import type { Mutation } from './mutation.js';

const INTERESTING = [0, 1, 2, 3, 4, 5, 10, 12, 0x12, 0x13, 0x14, 0x7e, 0x7f, 0x80, 0xfe, 0xff];

const joined = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);

/** Start and end of any stretch of the bytes, seldom a long one. */
function stretch(bytes: Uint8Array, random: Random): [number, number] {
  const start = below(random, bytes.length + 1);
  const most = random() < 0.7 ? 16 : 600;
  return [start, Math.min(bytes.length, start + below(random, most))];
}

const byteMutations: Readonly<Record<string, Mutation>> = {
  nothing: (bytes) => bytes,
  'flip bits': (bytes, random) => {
    for (let left = below(random, 8); left >= 0; left--) {
      bytes[below(random, bytes.length)]! ^= 1 << below(random, 8);
    }
    return bytes;
  },
  overwrite: (bytes, random) => {
    const [start, end] = stretch(bytes, random);
    const last = random() < 0.5 ? Math.min(start + 1, bytes.length) : end;
    return bytes.fill(pick(random, INTERESTING), start, last);
  },
  truncate: (bytes, random) => bytes.subarray(0, below(random, bytes.length)),
  duplicate: (bytes, random) => {
    const [start, end] = stretch(bytes, random);
    return joined(bytes.subarray(0, end), bytes.subarray(start));
  },
  insert: (bytes, random) => {
    const at = below(random, bytes.length + 1);
    const more = randomBytes(random, below(random, 12), pick(random, [1, 256]));
    return joined(bytes.subarray(0, at), more, bytes.subarray(at));
  },
  delete: (bytes, random) => {
    const [start, end] = stretch(bytes, random);
    return joined(bytes.subarray(0, start), bytes.subarray(end));
  },
  splice: (bytes, random, other) =>
    joined(
      bytes.subarray(0, below(random, bytes.length + 1)),
      other.subarray(below(random, other.length + 1)),
    ),
};

const PLAIN = Object.entries({ ...byteMutations, ...fieldMutations });
const ZSTD = Object.entries({ ...byteMutations, ...zstdMutations });

/** One to three mutations of a seed, with their names. */
export function mutate(
  seed: Seed,
  random: Random,
  corpus: readonly Seed[],
): { bytes: Uint8Array; names: string[] } {
  const names: string[] = [];
  let bytes: Uint8Array = new Uint8Array(seed.bytes);
  for (let left = pick(random, [1, 1, 1, 2, 3]); left > 0; left--) {
    const [name, mutation] = pick(random, seed.isZstd ? ZSTD : PLAIN);
    bytes = mutation(bytes, random, pick(random, corpus).bytes);
    names.push(name);
  }
  return { bytes, names };
}

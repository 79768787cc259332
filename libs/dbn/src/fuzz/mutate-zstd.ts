/** Mutations that know how zstd frames are built. */
import { below, pick, randomBytes } from './draw.js';
import type { Random } from './draw.js';
import type { Mutation } from './mutation.js';

const MAGIC = Buffer.from('28b52ffd', 'hex');

const startsOfFrames = (bytes: Uint8Array): number[] => {
  const starts: number[] = [];
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = buffer.indexOf(MAGIC); at >= 0; at = buffer.indexOf(MAGIC, at + 1)) starts.push(at);
  return starts;
};

const frameOf = (bytes: Uint8Array, random: Random): [number, number] => {
  const starts = startsOfFrames(bytes);
  const index = below(random, starts.length);
  return [starts[index] ?? 0, starts[index + 1] ?? bytes.length];
};

/** Changes a byte at one of some places behind the start of a frame. */
const changeAt =
  (places: readonly number[], values: readonly number[]): Mutation =>
  (bytes, random) => {
    const at = frameOf(bytes, random)[0] + pick(random, places);
    if (at < bytes.length) bytes[at] = pick(random, [...values, bytes[at]! ^ 1, bytes[at]! ^ 4]);
    return bytes;
  };

const insertAt = (bytes: Uint8Array, at: number, more: Uint8Array): Uint8Array =>
  Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);

function skippable(random: Random): Uint8Array {
  const length = below(random, 9);
  const frame = Buffer.alloc(8 + length);
  frame.writeUInt32LE(0x184d2a50 + below(random, 16), 0);
  // Most tell the truth.
  frame.writeUInt32LE(random() < 0.7 ? length : pick(random, [0, 1, 100, 0xffff_ffff]), 4);
  return frame;
}

export const zstdMutations: Readonly<Record<string, Mutation>> = {
  'frame magic': changeAt([0, 1, 2, 3], [0, 0x22, 0x50, 0x2a, 0x4d, 0x18]),
  'frame header': changeAt([4, 5, 6, 7], [0, 0x20, 0x24, 0x40, 0x60, 0x80, 0xff]),
  // The first block's header follows a frame header of 2 to 14 bytes.
  'block header': changeAt([6, 7, 8, 9, 10, 11, 12, 13], [0, 1, 2, 3, 6, 7, 0xff]),
  'skippable frame': (bytes, random) => {
    const [start, end] = frameOf(bytes, random);
    return insertAt(bytes, pick(random, [start, end]), skippable(random));
  },
  'another frame': (bytes, random, other) => {
    const [start, end] = frameOf(other, random);
    return insertAt(bytes, pick(random, frameOf(bytes, random)), other.subarray(start, end));
  },
  'frame removed': (bytes, random) => {
    const [start, end] = frameOf(bytes, random);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  'frame cut': (bytes, random) => {
    const [start, end] = frameOf(bytes, random);
    const cut = start + below(random, end - start);
    return Buffer.concat([bytes.subarray(0, cut), bytes.subarray(end)]);
  },
  'frame doubled': (bytes, random) => {
    const [start, end] = frameOf(bytes, random);
    return insertAt(bytes, end, bytes.subarray(start, end));
  },
  'RLE block': (bytes, random) => {
    const size = pick(random, [1, 48, 480, 4096, 131_072, 131_073]);
    const frame = Buffer.from([...MAGIC, 0, 0x38, 3, 0, 0, pick(random, [0, 12, 20])]);
    frame.writeUIntLE((size << 3) | 3, 6, 3);
    return insertAt(bytes, pick(random, frameOf(bytes, random)), frame);
  },
  'junk behind': (bytes, random) =>
    Buffer.concat([bytes, randomBytes(random, below(random, 9), pick(random, [1, 256]))]),
};

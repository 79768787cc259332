/** Mutations that know where DBN keeps its lengths, counts and kinds. */
import { below, pick } from './draw.js';
import type { Random } from './draw.js';
import type { Mutation } from './mutation.js';
import { RECORD_FACTS, textsOf } from './record-facts.js';

const COUNTS = [
  0, 1, 2, 3, 99, 100, 101, 255, 65_535, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_fff7, 0xffff_ffff,
];
/** Lengths of metadata that are allowed, and far from being there. */
const LARGE = [1_000_000, 16_000_000, 60_000_000];
const DATES = [9_991_231, 10_000_101, 20_201_232, 20_201_300, 20_201_200, 20_200_001, 99_991_231];
const RTYPES = [...RECORD_FACTS.keys(), 0x02, 0x7e, 0xff];

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const hasMetadata = (bytes: Uint8Array): boolean =>
  bytes.length >= 112 && bytes[0] === 0x44 && bytes[1] === 0x42 && bytes[2] === 0x4e;

/** Where records begin, as far as their lengths can be followed. */
function recordStarts(bytes: Uint8Array): number[] {
  const starts: number[] = [];
  let at = hasMetadata(bytes) ? 8 + viewOf(bytes).getUint32(4, true) : 0;
  while (at < bytes.length && starts.length < 1000) {
    starts.push(at);
    at += Math.max(16, 4 * bytes[at]!);
  }
  return starts;
}

const symbolWidth = (bytes: Uint8Array): number =>
  bytes[3] === 1 ? 22 : viewOf(bytes).getUint16(53, true);

/** Where the metadata keep 32-bit lengths and counts, as far as these can be followed. */
function countPositions(bytes: Uint8Array): number[] {
  const view = viewOf(bytes);
  const width = symbolWidth(bytes);
  const positions = [4, 108];
  let at = 112;
  for (let list = 0; list < 3 && at + 4 <= bytes.length; list++) {
    positions.push(at);
    at += 4 + view.getUint32(at, true) * width;
  }
  if (at + 4 > bytes.length) return positions;
  positions.push(at);
  // Of the first mapping: its number of intervals and their dates.
  at += 4 + width;
  for (let field = 0; field < 3 && at + 4 <= bytes.length; field++, at += 4) positions.push(at);
  return positions;
}

/** Changes one of the bytes that tell what a record is. */
const changeHeader =
  (index: number, value: (random: Random, old: number) => number): Mutation =>
  (bytes, random) => {
    const starts = recordStarts(bytes);
    if (starts.length === 0) return bytes;
    const at = pick(random, starts) + index;
    if (at < bytes.length) bytes[at] = value(random, bytes[at]!);
    return bytes;
  };

export const fieldMutations: Readonly<Record<string, Mutation>> = {
  'record length': changeHeader(0, (random, old) =>
    pick(random, [0, 1, 3, 4, 5, 12, 14, 16, 20, 28, 255, old + 1, old + 2, old - 1, old - 2]),
  ),
  rtype: changeHeader(1, (random) => pick(random, RTYPES)),
  'record removed': (bytes, random) => {
    const starts = recordStarts(bytes);
    if (starts.length === 0) return bytes;
    const index = below(random, starts.length);
    return Buffer.concat([
      bytes.subarray(0, starts[index]),
      bytes.subarray(starts[index + 1] ?? bytes.length),
    ]);
  },
  'text without end': (bytes, random) => {
    const at = pick(random, recordStarts(bytes));
    if (at === undefined || at + 1 >= bytes.length) return bytes;
    const texts = textsOf(bytes[at + 1]!, pick(random, [1, 2, 3]));
    const [offset, width] = pick(random, texts) ?? [16, 8];
    for (let index = at + offset; index < Math.min(at + offset + width, bytes.length); index++) {
      bytes[index] ||= 65;
    }
    return bytes;
  },
  'metadata count': (bytes, random) => {
    if (!hasMetadata(bytes)) return bytes;
    const at = pick(random, countPositions(bytes));
    const view = viewOf(bytes);
    const old = view.getUint32(at, true);
    const value = pick(random, [...COUNTS, ...LARGE, ...DATES, old + 1, old - 1, old + 4, old * 2]);
    view.setUint32(at, value, true);
    return bytes;
  },
  'symbol without end': (bytes, random) => {
    if (!hasMetadata(bytes)) return bytes;
    const width = symbolWidth(bytes);
    const start = pick(random, countPositions(bytes)) + 4;
    for (let at = start; at < Math.min(start + width, bytes.length); at++) bytes[at] ||= 65;
    return bytes;
  },
  'symbol width': (bytes, random) => {
    if (hasMetadata(bytes))
      viewOf(bytes).setUint16(53, pick(random, [0, 1, 22, 70, 72, 65_535]), true);
    return bytes;
  },
  'version, schema, ts_out': (bytes, random) => {
    if (!hasMetadata(bytes)) return bytes;
    const at = pick(random, [3, 24, 25, bytes[3] === 1 ? 60 : 52]);
    bytes[at] = pick(random, [0, 1, 2, 3, 4, 9, 10, 255]);
    return bytes;
  },
};

import { closeSync, openSync, readSync } from 'node:fs';
import { seededRandom } from './seeded-random.js';
import type { Meter } from './meter.js';

const SLAB_BYTES = 8 * 1024 * 1024;
const MIN_PIECE = 64 * 1024;
const MAX_PIECE = 256 * 1024;

/** Lengths of consecutive pieces of a network's kind: 64 to 256 KiB, no two ends alike. */
function createCuts(): () => number {
  const random = seededRandom(7);
  return () => MIN_PIECE + Math.floor((MAX_PIECE - MIN_PIECE) * random());
}

/**
 * A file in slabs of the same memory, from byte `from`; the last is shorter. The meter is paused while one
 * is read.
 */
export function* fileSlabs(
  file: string,
  meter: Meter,
  from = 0,
  slabBytes = SLAB_BYTES,
): Generator<Uint8Array> {
  const slab = new Uint8Array(slabBytes);
  const descriptor = openSync(file, 'r');
  try {
    for (let position = from; ;) {
      meter.pause();
      let length = 0;
      for (let read = -1; read !== 0 && length < slabBytes; length += read) {
        read = readSync(descriptor, slab, length, slabBytes - length, position + length);
      }
      meter.resume();
      position += length;
      if (length > 0) yield slab.subarray(0, length);
      if (length < slabBytes) return;
    }
  } finally {
    closeSync(descriptor);
  }
}

/** The whole file in pieces cut at arbitrary places. A piece is overwritten some pieces later. */
export function* filePieces(file: string, meter: Meter): Generator<Uint8Array> {
  const nextCut = createCuts();
  for (const slab of fileSlabs(file, meter)) {
    for (let start = 0; start < slab.length;) {
      const end = Math.min(slab.length, start + nextCut());
      yield slab.subarray(start, end);
      start = end;
    }
  }
}

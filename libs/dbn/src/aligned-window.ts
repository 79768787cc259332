/** A few records in memory aligned to 8 bytes, under arrays of each width. */
export interface AlignedWindow {
  readonly bytes: Uint8Array;
  readonly halves: Uint16Array;
  readonly words: Uint32Array;
  /** Copying these makes no BigInt. */
  readonly longs: BigUint64Array;
}

/** Bytes of records read at a time, well within a second-level cache. */
export const WINDOW_BYTES = 64 * 1024;

/** Records that stand anywhere are read from here; nothing keeps it, since reading does not wait. */
const scratch = viewAll(new ArrayBuffer(WINDOW_BYTES), 0, WINDOW_BYTES);

/** A window over at most {@link WINDOW_BYTES} bytes, which are copied only if they are not aligned. */
export function alignedWindow(bytes: Uint8Array): AlignedWindow {
  const { buffer, byteOffset, length } = bytes;
  if (byteOffset % 8 === 0) return viewAll(buffer, byteOffset, length);
  scratch.bytes.set(bytes);
  return scratch;
}

function viewAll(buffer: ArrayBufferLike, byteOffset: number, length: number): AlignedWindow {
  return {
    bytes: new Uint8Array(buffer, byteOffset, length),
    halves: new Uint16Array(buffer, byteOffset, length >>> 1),
    words: new Uint32Array(buffer, byteOffset, length >>> 2),
    longs: new BigUint64Array(buffer, byteOffset, length >>> 3),
  };
}

import { zstdDecompressSync } from 'node:zlib';

export interface Inflated {
  /** What the whole frames before the fault, or all of them, hold. */
  readonly plain: Uint8Array;
  readonly isWhole: boolean;
}

const MAX_OUTPUT = 256 * 1024 * 1024;

/**
 * Frame after frame, each found by its own headers and decompressed by itself: unlike a decompressor of
 * streams this cannot take the first frame for all.
 */
export function referenceInflate(bytes: Uint8Array): Inflated {
  const outputs: Uint8Array[] = [];
  let at = 0;
  let isWhole = true;
  while (at < bytes.length) {
    const size = frameSize(bytes.subarray(at));
    if (size === undefined) {
      isWhole = false;
      break;
    }
    const frame = bytes.subarray(at, at + size);
    at += size;
    if (frame[0] !== 0x28) continue;
    try {
      outputs.push(zstdDecompressSync(frame, { maxOutputLength: MAX_OUTPUT }));
    } catch {
      isWhole = false;
      break;
    }
  }
  return { plain: Buffer.concat(outputs), isWhole };
}

/** Bytes of the frame, data or skippable, with which these begin; undefined if none is there as a whole. */
function frameSize(bytes: Uint8Array): number | undefined {
  if (bytes.length < 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0, true);
  let at: number;
  if (magic >>> 4 === 0x184d2a5) {
    at = 8 + view.getUint32(4, true);
  } else if (magic === 0xfd2fb528) {
    const descriptor = bytes[4]!;
    const isSingle = (descriptor >> 5) % 2 === 1;
    const contentSize = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
    at = 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][descriptor % 4]! + contentSize;
    for (let isLast = false; !isLast;) {
      if (at + 3 > bytes.length) return undefined;
      const header = bytes[at]! + bytes[at + 1]! * 256 + bytes[at + 2]! * 65536;
      const type = (header >> 1) % 4;
      if (type === 3) return undefined;
      at += 3 + (type === 1 ? 1 : header >> 3);
      isLast = header % 2 === 1;
    }
    if ((descriptor >> 2) % 2 === 1) at += 4;
  } else {
    return undefined;
  }
  return at <= bytes.length ? at : undefined;
}

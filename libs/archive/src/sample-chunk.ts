/** For tests: keys of chunks, and bytes that are the same in every process. */
import type { ChunkKey } from './chunk-key.js';
import type { PartWriter } from './part-writer.js';

/** The key of a chunk, one for each number. */
export function sampleKey(
  number = 1,
): ChunkKey & { readonly request: { readonly symbols: string[] } } {
  return {
    chunkId: number.toString(16).padStart(20, '0'),
    request: {
      // In another order than the manifest has them: it is kept.
      symbols: ['ESH4'],
      schema: 'trades',
      dataset: 'GLBX.MDP3',
      start: '1709164800000000000',
      end: '1709251200000000000',
    },
  };
}

const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd];

/** Bytes that look compressed; those of one seed begin alike, however many. */
export function sampleBytes(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed * 2_654_435_761;
  for (let at = 0; at < length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = ZSTD_MAGIC[at] ?? state;
  }
  return bytes;
}

/** Writes bytes as they would come from a socket. */
export async function writePieces(
  part: PartWriter,
  bytes: Uint8Array,
  pieceBytes = 60_000,
): Promise<void> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    await part.write(bytes.subarray(at, at + pieceBytes));
  }
}

/** All bytes of a source. */
export async function allBytes(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

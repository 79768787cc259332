import { DbnTruncatedError, DbnUnsupportedError } from './dbn-error.js';
import { ZstdInflater } from './zstd-inflater.js';

const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd];

/**
 * Uncompressed bytes of a source that may be zstd, of any number of frames, or already plain: its first
 * four bytes tell. The source is read no faster than this is, released when this is stopped early, and
 * its own errors pass through as they are.
 * @throws DbnError truncated_zstd, corrupt_zstd or legacy_dbz.
 */
export async function* decompress(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | undefined = new Uint8Array(0);
  let inflater: ZstdInflater | undefined;
  try {
    for await (const chunk of source) {
      let bytes = chunk;
      if (head) {
        if (head.length > 0) bytes = Buffer.concat([head, chunk]);
        if (bytes.length < ZSTD_MAGIC.length) {
          head = bytes;
          continue;
        }
        head = undefined;
        refuseLegacy(bytes);
        if (ZSTD_MAGIC.every((byte, index) => bytes[index] === byte)) inflater = new ZstdInflater();
      }
      if (inflater) yield* inflater.write(bytes);
      else if (bytes.length > 0) yield bytes;
    }
    if (inflater) yield* inflater.end();
    else if (head) yield* shortInput(head);
  } finally {
    inflater?.destroy();
  }
}

/** DBZ, the format of 2022, began with a skippable zstd frame. */
function refuseLegacy(bytes: Uint8Array): void {
  if ((bytes[0]! & 0xf0) === 0x50 && bytes[1] === 0x2a && bytes[2] === 0x4d && bytes[3] === 0x18) {
    throw new DbnUnsupportedError(
      'legacy_dbz',
      'this is DBZ, the format of 2022 before DBN, which cannot be read; request the data anew, or ' +
        "convert the file with Databento's tools",
      { offset: 0 },
    );
  }
}

/** Fewer than four bytes: the start of a zstd frame, or for the reader of DBN to complain about. */
function* shortInput(head: Uint8Array): Generator<Uint8Array> {
  if (head.length === 0) return;
  if (head.every((byte, index) => byte === ZSTD_MAGIC[index])) {
    throw new DbnTruncatedError(
      'truncated_zstd',
      `the zstd stream ends after ${head.length} compressed bytes; fetch it again`,
    );
  }
  yield head;
}

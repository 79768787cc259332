import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';

const compress = promisify(zstdCompress);

/**
 * Each part as a zstd frame of its own, with checksum: how Databento sends metadata and days. One part
 * is held in memory at a time.
 */
export async function* compressFrames(
  parts: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const params = { [constants.ZSTD_c_checksumFlag]: 1 };
  for await (const part of parts) yield await compress(part, { params });
}

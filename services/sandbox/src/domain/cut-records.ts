/** An end in the middle of a record, and of the zstd frame that it is in. */
import { constants, createZstdCompress } from 'node:zlib';
import { compressFrames } from '@tapeline/dbn';

/**
 * DBN that breaks off: of `parts`, which are the metadata and then records, the metadata, `count` whole
 * records and half of the next. All of that can be read from what was sent, compressed or not.
 * @throws Error after that; nothing is cut off where there are no more records.
 */
export async function* cutRecords(
  parts: AsyncIterable<Uint8Array>,
  recordSize: number,
  count: number,
  compression: 'zstd' | 'none',
): AsyncGenerator<Uint8Array> {
  let left: number | undefined;
  for await (const part of parts) {
    if (left === undefined) {
      left = count * recordSize + recordSize / 2;
    } else if (part.length < left) {
      left -= part.length;
    } else {
      const rest = part.subarray(0, left);
      yield compression === 'zstd' ? await openFrame(rest) : rest;
      throw new Error(`the connection is cut after ${count} records, as was asked for`);
    }
    yield* compression === 'zstd' ? compressFrames(one(part)) : one(part);
  }
}

async function* one(part: Uint8Array): AsyncGenerator<Uint8Array> {
  yield part;
}

/** A zstd frame without its end, from which all of the bytes can be read. */
async function openFrame(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.write(bytes);
  await new Promise<void>((resolve) => stream.flush(constants.ZSTD_e_flush, resolve));
  stream.destroy();
  return Buffer.concat(chunks);
}

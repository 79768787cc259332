import { expect, it } from '@jest/globals';
import { zstdDecompressSync } from 'node:zlib';
import { compressFrames } from './compress-frames.js';
import { DbnError } from './dbn-error.js';
import { decompress } from './decompress.js';
import { toArray, dbnFiles, plainBytes, rawBytes, seededRandom, testFiles } from './testdata.js';

/** A source that remembers how much was taken of it, and whether it was released. */
class Source implements AsyncIterable<Uint8Array> {
  taken = 0;
  isReleased = false;

  constructor(
    readonly pieces: readonly Uint8Array[],
    readonly failure?: Error,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (const piece of this.pieces) {
        this.taken++;
        yield piece;
      }
      if (this.failure) throw this.failure;
    } finally {
      this.isReleased = true;
    }
  }
}

const pieces = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );

const collect = async (source: AsyncIterable<Uint8Array>): Promise<Buffer> =>
  Buffer.concat(await toArray(source));

const inflate = (bytes: Uint8Array, size = 1000): Promise<Buffer> =>
  collect(decompress(new Source(pieces(bytes, size))));

/** The output, or the code of the DbnError. */
const outcome = async (bytes: Uint8Array, size?: number): Promise<Buffer | string> => {
  try {
    return await inflate(bytes, size);
  } catch (error) {
    if (!(error instanceof DbnError)) throw error;
    return error.code;
  }
};

const random = seededRandom(3);
const parts = [300, 1, 0, 5000].map((size) =>
  Uint8Array.from({ length: size }, () => random() * 50),
);
const plain = Buffer.concat(parts);
const frames = await toArray(compressFrames(new Source(parts)));
const compressed = Buffer.concat(frames);
const skippable = Buffer.from('502a4d1803000000010203', 'hex');

it('makes one frame with checksum of each part', () => {
  expect(frames.map((frame) => zstdDecompressSync(frame))).toEqual(
    parts.map((part) => Buffer.from(part)),
  );
  for (const frame of frames) {
    expect([...frame.subarray(0, 4)]).toEqual([0x28, 0xb5, 0x2f, 0xfd]);
    expect(frame[4]! & 0b100).toBe(0b100);
  }
});

it('decompresses all frames, in pieces of any size', async () => {
  for (const size of [1, 3, 4, 5, 100, 1e6]) {
    expect((await inflate(compressed, size)).equals(plain)).toBe(true);
  }
});

it('passes over skippable frames behind the first', async () => {
  const bytes = Buffer.concat([frames[0]!, skippable, frames[3]!, skippable]);
  for (const size of [1, 1e6]) {
    const expected = Buffer.concat([parts[0]!, parts[3]!]);
    expect((await inflate(bytes, size)).equals(expected)).toBe(true);
  }
  expect(await outcome(bytes.subarray(0, -1))).toBe('truncated_zstd');
});

it('passes plain input through as it came', async () => {
  const source = pieces(Buffer.from('DBN and so on'), 5);
  expect(await toArray(decompress(new Source(source)))).toEqual(source);
  expect((await inflate(Buffer.from('DBN!'), 1)).toString()).toBe('DBN!');
  expect((await inflate(Buffer.from('DB'), 1)).toString()).toBe('DB');
  expect(await inflate(new Uint8Array(0))).toHaveLength(0);
});

it('finds an end at any byte that is inside a frame', async () => {
  const ends = new Set(frames.map((_, i) => Buffer.concat(frames.slice(0, i + 1)).length));
  for (let length = 1; length < compressed.length; length++) {
    const result = await outcome(compressed.subarray(0, length), 997);
    expect(ends.has(length) ? result.length > 0 : result === 'truncated_zstd').toBe(true);
  }
});

it('never drops anything silently where bytes are corrupt', async () => {
  for (let at = 0; at < compressed.length; at += at < 700 ? 1 : 13) {
    const bytes = Buffer.from(compressed);
    bytes[at]! ^= 0x55;
    const result = await outcome(bytes);
    // Not every bit of a frame header matters, and without its magic the input counts as plain.
    const isIntact = Buffer.isBuffer(result) && result.equals(at < 4 ? bytes : plain);
    expect(isIntact || result === 'corrupt_zstd' || result === 'truncated_zstd').toBe(true);
  }
});

it('refuses what follows the last frame', async () => {
  for (const tail of ['hello world', '\0\0\0\0', 'DBN\u0001']) {
    expect(await outcome(Buffer.concat([compressed, Buffer.from(tail)]))).toBe('corrupt_zstd');
  }
  expect(await outcome(Buffer.concat([compressed, Buffer.from('he')]))).toBe('truncated_zstd');
});

it('refuses DBZ with a remedy', async () => {
  const bytes = Buffer.concat([skippable, compressed]);
  expect(await outcome(bytes, 3)).toBe('legacy_dbz');
  await expect(inflate(bytes)).rejects.toThrow('request the data anew');
});

it('reads no more than is taken, and releases the source when stopped early', async () => {
  // Incompressible, so that output is about as large as input.
  const noise = Uint8Array.from({ length: 2_000_000 }, () => random() * 256);
  const [large] = await toArray(compressFrames(new Source([noise])));
  for (const bytes of [large!, noise]) {
    const source = new Source(pieces(bytes, 20_000));
    const output = decompress(source);
    await output.next();
    expect(source.taken).toBeLessThan(20);
    await output.return(undefined);
    expect(source.isReleased).toBe(true);
    expect(source.taken).toBeLessThan(20);
  }
});

it('releases the source after an error', async () => {
  const source = new Source([Buffer.concat([frames[0]!, Buffer.from('junk')]), frames[3]!]);
  await expect(collect(decompress(source))).rejects.toMatchObject({ code: 'corrupt_zstd' });
  expect(source).toMatchObject({ isReleased: true, taken: 1 });
});

it('lets errors of the source through as they are', async () => {
  const failure = new Error('connection reset');
  for (const first of [compressed.subarray(0, 400), Buffer.from('DBN!'), Buffer.from('D')]) {
    await expect(collect(decompress(new Source([first], failure)))).rejects.toBe(failure);
  }
});

it('lets nothing of an abandoned stream stay behind', async () => {
  for (let round = 0; round < 200; round++) {
    for await (const bytes of decompress(new Source(pieces(compressed, 50)))) {
      if (bytes.length > 0) break;
    }
  }
  expect((await inflate(compressed)).equals(plain)).toBe(true);
});

if (dbnFiles.length > 0) {
  it.each(dbnFiles.filter((file) => file.path.endsWith('.zst') && !file.path.includes('.frag')))(
    '$path is decompressed as a whole',
    async (file) => {
      const bytes = rawBytes(file.path);
      expect((await inflate(bytes, 4096)).equals(plainBytes(file))).toBe(true);
    },
  );

  it.each(testFiles.filter(({ path }) => path.endsWith('.dbz')))(
    '$path is refused as DBZ',
    async ({ path }) => {
      expect(await outcome(rawBytes(path))).toBe('legacy_dbz');
    },
  );

  it('a response of three frames that ends at any byte', async () => {
    const file = dbnFiles.find(({ path }) => path.includes('futures_trades'));
    const bytes = rawBytes(file!.path);
    // Where a frame ends, nothing in the stream tells that more should come.
    const silent: number[] = [];
    for (let length = 1; length < bytes.length; length++) {
      if (typeof (await outcome(bytes.subarray(0, length), 1e6)) !== 'string') silent.push(length);
    }
    expect(silent).toEqual([92, 666]);
    expect(file).toMatchObject({ zstd_frames: 3 });
  });
}

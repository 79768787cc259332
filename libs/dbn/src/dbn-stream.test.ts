import { expect, it } from '@jest/globals';
import { sampleBatch, SCHEMAS } from '@tapeline/records';
import { compressFrames } from './compress-frames.js';
import { DbnStream } from './dbn-stream.js';
import { encodeMetadata } from './encode-metadata.js';
import { encodeRecords } from './encode-records.js';
import { toArray, dbnFiles, rawBytes, recordBytes } from './testdata.js';
import type { DbnMetadata } from './metadata.js';

const metadata: DbnMetadata = {
  version: 3,
  dataset: 'XNAS.ITCH',
  schema: 4,
  start: 1n,
  end: 2n,
  limit: null,
  stypeIn: 'raw_symbol',
  stypeOut: 'instrument_id',
  tsOut: false,
  symbols: ['MSFT'],
  partial: [],
  notFound: [],
  mappings: [],
};
const head = encodeMetadata(metadata);
const records = encodeRecords(sampleBatch(SCHEMAS.trades, 100), 3);

let released = 0;

async function* source(bytes: Uint8Array, size = 100, failure?: Error): AsyncGenerator<Uint8Array> {
  try {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    if (failure) throw failure;
  } finally {
    released++;
  }
}

async function* partsOf(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

const read = async (stream: DbnStream): Promise<Buffer> =>
  Buffer.concat((await toArray(stream.blocks())).map(({ bytes }) => bytes));

it('gives metadata, then records, of plain or compressed input', async () => {
  const plain = Buffer.concat([head, records]);
  const frames = await toArray(compressFrames(partsOf(head, records)));
  for (const bytes of [plain, Buffer.concat(frames)]) {
    for (const size of [1, 77, 100_000]) {
      const stream = await DbnStream.open(source(bytes, size));
      expect(stream.metadata).toEqual(metadata);
      expect((await read(stream)).equals(records)).toBe(true);
      expect(stream.bytesRead).toBe(plain.length);
    }
  }
});

it('throws at an end inside metadata or a record', async () => {
  released = 0;
  await expect(DbnStream.open(source(head.subarray(0, -1)))).rejects.toMatchObject({
    code: 'truncated',
    offset: head.length - 1,
  });
  await expect(DbnStream.open(source(new Uint8Array(0)))).rejects.toMatchObject({ offset: 0 });
  const stream = await DbnStream.open(source(Buffer.concat([head, records.subarray(0, 100)])));
  await expect(read(stream)).rejects.toMatchObject({
    code: 'truncated',
    offset: head.length + 96,
    recordIndex: 2,
  });
  expect(released).toBe(3);
});

it('gives the whole records before an end inside one', async () => {
  const bytes = Buffer.concat([head, records.subarray(0, 100)]);
  const stream = await DbnStream.open(source(bytes, 1e6));
  const blocks = stream.blocks();
  expect((await blocks.next()).value).toMatchObject({ count: 2, rtype: 0, stride: 48 });
  await expect(blocks.next()).rejects.toMatchObject({ code: 'truncated' });
});

it('gives the metadata though the first record, in the same piece, is at fault', async () => {
  released = 0;
  const corrupt = Buffer.concat([head, Buffer.from([3, 0, 0, 0])]);
  for (const size of [head.length, 1e6]) {
    const stream = await DbnStream.open(source(corrupt, size));
    expect(stream.metadata).toEqual(metadata);
    await expect(read(stream)).rejects.toMatchObject({ code: 'bad_length', recordIndex: 0 });
  }
  expect(released).toBe(2);
});

it('releases the source when the records are not taken to the end', async () => {
  released = 0;
  const bytes = Buffer.concat([head, records]);
  const stream = await DbnStream.open(source(bytes));
  for await (const block of stream.blocks()) if (block.count > 0) break;
  expect(released).toBe(1);
  expect(stream.bytesRead).toBeLessThan(bytes.length);
  await (await DbnStream.open(source(bytes))).close();
  expect(released).toBe(2);
});

it('lets errors of the source through, and its own limits too', async () => {
  const failure = new Error('connection reset');
  await expect(DbnStream.open(source(head.subarray(0, 50), 50, failure))).rejects.toBe(failure);
  const stream = await DbnStream.open(source(Buffer.concat([head, records]), 100, failure));
  await expect(read(stream)).rejects.toBe(failure);
  released = 0;
  await expect(DbnStream.open(source(head), { maxMetadataBytes: 100 })).rejects.toMatchObject({
    code: 'metadata_too_large',
  });
  expect(released).toBe(1);
});

if (dbnFiles.length > 0) {
  it.each(dbnFiles.filter((file) => file.path.startsWith('nautilus')))(
    '$path as a server sent it',
    async (file) => {
      const stream = await DbnStream.open(source(rawBytes(file.path), 16_000));
      expect(stream.metadata.dataset).toBe(file.dataset);
      const blocks = await toArray(stream.blocks());
      expect(blocks.reduce((sum, { count }) => sum + count, 0)).toBe(file.records);
      const bytes = Buffer.concat(blocks.map(({ bytes }) => bytes));
      expect(bytes.equals(recordBytes(file))).toBe(true);
    },
  );
}

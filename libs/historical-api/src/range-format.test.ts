import { zstdDecompressSync } from 'node:zlib';
import { expect, it } from '@jest/globals';
import { decodeMetadata, DbnDecoder, encodeRecords } from '@tapeline/dbn';
import { sampleBatch, SCHEMAS } from '@tapeline/records';
import type { FormatBatch } from './range-format.js';
import { rangeFormat } from './range-format.js';
import { rangeMetadata } from './range-metadata.js';
import { parseOutput, parseRange } from './range-request.js';

const schema = SCHEMAS.trades;
const request = parseRange({
  dataset: 'GLBX.MDP3',
  start: '2024-07-01',
  symbols: 'ESU4,NOPE',
  limit: '9',
});
const metadata = rangeMetadata(
  { ...request, end: request.end! },
  schema,
  {
    result: new Map([['ESU4', [{ d0: '2024-07-01', d1: '2024-07-02', s: '7' }]]]),
    partial: [],
    notFound: ['NOPE'],
  },
  3,
);
const batch = sampleBatch(schema, 3);

/** The parts of an answer of two batches, with a symbol in the first row of each. */
async function parts(output: Record<string, string>, count = 2): Promise<Uint8Array[]> {
  const batches = async function* (): AsyncGenerator<FormatBatch> {
    for (let at = 0; at < count; at++) {
      yield { batch, symbolOf: (row) => (row === 0 ? 'ESU4' : null) };
    }
  };
  const written: Uint8Array[] = [];
  const { write } = rangeFormat(parseOutput(output), metadata, schema);
  for await (const part of write(batches())) written.push(part);
  return written;
}

it('begins DBN with its metadata, in a zstd frame of their own', async () => {
  const [head, ...frames] = await parts({ encoding: 'dbn', compression: 'zstd' });
  expect(decodeMetadata(zstdDecompressSync(head!))).toEqual(metadata);
  expect(metadata).toMatchObject({ notFound: ['NOPE'], limit: 9n, symbols: ['ESU4', 'NOPE'] });
  expect(frames.map((frame) => zstdDecompressSync(frame))).toEqual(
    [1, 2].map(() => Buffer.from(encodeRecords(batch, 3))),
  );
});

it('is whole DBN without records, too', async () => {
  const decoder = new DbnDecoder();
  decoder.push(Buffer.concat(await parts({ encoding: 'dbn' }, 0)));
  decoder.finish();
  expect(decoder.metadata).toEqual(metadata);
});

it('maps symbols only where that is asked for', async () => {
  const text = async (output: Record<string, string>) =>
    Buffer.concat(await parts(output)).toString();
  const csv = (await text({ map_symbols: 'true' })).split('\n');
  expect(csv).toHaveLength(8);
  expect(csv[0]).toMatch(/^ts_recv,ts_event,rtype,.*,sequence,symbol$/);
  expect(csv[1]).toMatch(/,ESU4$/);
  expect(csv[2]).toMatch(/,$/);
  expect(await text({ encoding: 'csv' })).not.toContain('symbol');
  const lines = (await text({ encoding: 'json', map_symbols: '1' })).trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { symbol: unknown }).symbol)).toEqual([
    'ESU4',
    null,
    null,
    'ESU4',
    null,
    null,
  ]);
});

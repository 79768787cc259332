import { expect, it } from '@jest/globals';
import { batchRecords, readBatchHeader } from '@tapeline/contracts';
import type { BatchHeader, ChunkRequest } from '@tapeline/contracts';
import { decodeRecords, DbnStream, encodeMetadata, encodeRecords } from '@tapeline/dbn';
import type { DbnMetadata } from '@tapeline/dbn';
import { ColumnarBatch, sampleBatch, SCHEMAS } from '@tapeline/records';
import { fetchChunk } from './fetch-chunk.js';

const schema = SCHEMAS.trades;
const RECORDS = 2 * batchRecords(schema) + 17;

/** Trades of two instruments, one a nanosecond, three at the last time. */
const trades = sampleBatch(schema, RECORDS);
trades.indexTimestamps().forEach((_, row, times) => {
  times[row] = BigInt(Math.min(row, RECORDS - 3) + 1);
  trades.column('instrument_id')[row] = 1 + (row % 2);
});

const metadata: DbnMetadata = {
  version: 1,
  dataset: 'GLBX.MDP3',
  schema: schema.code,
  start: 0n,
  end: 1_000_000n,
  limit: null,
  stypeIn: 'raw_symbol',
  stypeOut: 'instrument_id',
  tsOut: false,
  symbols: ['A', 'B'],
  partial: [],
  notFound: [],
  mappings: [],
};

/** The file in pieces that fit neither records nor batches. */
async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 70_001) yield bytes.subarray(at, at + 70_001);
}

function open(changes: Partial<DbnMetadata> = {}, cutBytes = 0): Promise<DbnStream> {
  const head = encodeMetadata({ ...metadata, ...changes });
  const file = Buffer.concat([head, encodeRecords(trades, 1)]);
  return DbnStream.open(pieces(file.subarray(0, file.length - cutBytes)));
}

const request: ChunkRequest = {
  source: 'api',
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: ['A', 'B'],
  stype_in: 'raw_symbol',
  start: '0',
  end: '1000000',
  exclude: [],
};

interface Sent {
  readonly msgId: string;
  readonly header: BatchHeader;
  readonly batch: ColumnarBatch;
}

async function run(source: Promise<DbnStream>, changes: Partial<ChunkRequest> = {}) {
  const sent: Sent[] = [];
  const chunk = {
    jobId: 'j',
    attempt: 1,
    chunkId: 'c',
    request: { ...request, ...changes },
  };
  const result = await fetchChunk(chunk, await source, async (_subject, payload, options) => {
    const header = readBatchHeader((name) => options.headers[name]);
    const batch = decodeRecords(schema, 1, payload, {
      stride: payload.length / header.fetched,
      firstOrdinal: header.first_ordinal,
    });
    sent.push({ msgId: options.msgId, header, batch });
  });
  return { result, sent };
}

it('publishes every record once, in batches cut at fixed places', async () => {
  const { result, sent } = await run(open());
  expect(result).toEqual({
    fetched: RECORDS,
    batches: 3,
    skipped: 0,
    bytes: RECORDS * 48,
    truncated: null,
  });
  expect(sent.map(({ header }) => [header.batch_id, header.first_ordinal, header.fetched])).toEqual(
    [
      ['c.0', 0, 10_000],
      ['c.1', 10_000, 10_000],
      ['c.2', 20_000, 17],
    ],
  );
  const prices = sent.flatMap(({ batch }) => [...(batch.column('price') as BigInt64Array)]);
  expect(prices).toEqual([...(trades.column('price') as BigInt64Array)]);
});

it('publishes the same batches under the same ids when it runs again', async () => {
  const [first, second] = [await run(open()), await run(open())];
  const identity = ({ msgId, header }: Sent) => [msgId, header.sha256];
  expect(second.sent.map(identity)).toEqual(first.sent.map(identity));
});

it('says where a limited source stopped, and how many records it has of that time', async () => {
  const { result } = await run(open({ limit: BigInt(RECORDS) }));
  expect(result.truncated).toEqual({ at: String(RECORDS - 2), ties: { 1: 2, 2: 1 } });
});

it('leaves out what is held, and counts it', async () => {
  const held = { instrument_id: 1, start: '0', end: String(RECORDS - 2), end_ties: 1 };
  const { result, sent } = await run(open(), { exclude: [held] });
  const ones = Math.ceil(RECORDS / 2);
  expect(result).toMatchObject({ fetched: RECORDS - ones + 1, skipped: ones - 1 });
  const ids = sent.flatMap(({ batch }) => [...(batch.column('instrument_id') as Uint32Array)]);
  expect(ids.filter((id) => id === 1)).toHaveLength(1);
});

it('does not take a cut stream for a whole one', async () => {
  await expect(run(open({}, 1))).rejects.toMatchObject({ code: 'truncated' });
});

it('publishes no short batch before it knows that the stream is whole', async () => {
  const sizes: number[] = [];
  const chunk = { jobId: 'j', attempt: 1, chunkId: 'c', request };
  const cut = fetchChunk(chunk, await open({}, 1), async (_subject, payload) => {
    sizes.push(payload.length / 48);
  });
  await expect(cut).rejects.toMatchObject({ code: 'truncated' });
  expect(sizes).toEqual([10_000, 10_000]);
});

it('refuses another schema than it asked for', async () => {
  await expect(run(open({ schema: SCHEMAS.tbbo.code }))).rejects.toThrow('schema number 3, 4');
});

it('passes on what the bus refuses', async () => {
  const chunk = { jobId: 'j', attempt: 1, chunkId: 'c', request };
  const refused = fetchChunk(chunk, await open(), () => Promise.reject(new Error('refused')));
  await expect(refused).rejects.toThrow('refused');
});

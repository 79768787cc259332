/** For tests: a chunk of trades, what a source answers of it, and its receiver. */
import { DatabentoError } from '@tapeline/databento';
import { compressFrames, encodeMetadata, encodeRecords } from '@tapeline/dbn';
import { ColumnarBatch, sampleBatch, SCHEMAS } from '@tapeline/records';
import type { ChunkSpool } from './chunk-spool.js';
import { ReceivedChunk } from './receive-chunk.js';
import type { ChunkOrigin, PartReport } from './receive-chunk.js';

const schema = SCHEMAS.trades;
export const STRIDE = schema.recordSize[1];

/** Thirty trades in groups of one to five that share their time; every record differs in its sequence. */
export const TIMES = [
  1, 2, 2, 2, 3, 4, 4, 4, 4, 4, 5, 6, 6, 7, 8, 8, 8, 9, 10, 11, 11, 11, 11, 12, 13, 14,
];
export const trades = sampleBatch(schema, TIMES.length);
for (const [row, time] of TIMES.entries()) {
  trades.indexTimestamps()[row] = BigInt(time);
  trades.column('sequence')[row] = row;
}
export const ALL = encodeRecords(trades, 1);

/** What the source answers from a time on, in two zstd frames. */
export async function answer(batch: ColumnarBatch, start: bigint, limit?: number): Promise<Buffer> {
  const rows = [...batch.indexTimestamps().keys()]
    .filter((row) => batch.indexTimestamps()[row]! >= start)
    .slice(0, limit);
  const head = encodeMetadata({
    version: 1,
    dataset: 'GLBX.MDP3',
    schema: schema.code,
    start,
    end: 100n,
    limit: limit === undefined ? null : BigInt(limit),
    stypeIn: 'raw_symbol',
    stypeOut: 'instrument_id',
    tsOut: false,
    symbols: ['A'],
    partial: [],
    notFound: [],
    mappings: [],
  });
  const records = encodeRecords(batch.take(Uint32Array.from(rows)), 1);
  const half = STRIDE * Math.floor(rows.length / 2);
  const parts = (async function* () {
    yield head;
    yield records.subarray(0, half);
    yield records.subarray(half);
  })();
  const frames: Uint8Array[] = [];
  for await (const frame of compressFrames(parts)) frames.push(frame);
  return Buffer.concat(frames);
}

/** Keeps parts in memory, so that a later attempt finds them. */
export class MemorySpool implements ChunkSpool {
  readonly held: Uint8Array[][] = [];
  discarded = 0;
  open = 0;

  /** As a new process finds them. */
  get parts() {
    return this.#found;
  }
  #found = this.#read();

  reopen(): this {
    this.#found = this.#read();
    return this;
  }

  begin() {
    const pieces: Uint8Array[] = [];
    const part = this.held.push(pieces) - 1;
    this.open++;
    return Promise.resolve({
      part,
      write: (bytes: Uint8Array) => {
        pieces.push(bytes.slice());
        return Promise.resolve();
      },
      end: () => Promise.resolve(this.open--),
    });
  }

  discard() {
    this.held.length = 0;
    this.discarded++;
    return Promise.resolve();
  }

  #read() {
    return this.held.map((pieces, part) => ({
      part,
      read: async function* () {
        yield* pieces;
      },
    }));
  }
}

interface CutAnswer {
  readonly bytes: Buffer;
  readonly error?: Error;
}
export type Cut = (bytes: Buffer, ask: number) => CutAnswer;

export const broken = () => new DatabentoError('broke off', { status: null, retryable: true });

interface Options {
  readonly spool?: MemorySpool;
  readonly cut?: Cut;
  readonly expected?: number | null;
  readonly limit?: number;
  readonly batch?: ColumnarBatch;
  readonly count?: number;
}

/** Receives the chunk; what came, what was asked, what was reported. */
export function receiver(options: Options = {}) {
  const {
    spool = new MemorySpool(),
    cut = (bytes): CutAnswer => ({ bytes }),
    batch = trades,
  } = options;
  const asked: { start: string; limit?: number }[] = [];
  const reports: PartReport[] = [];
  const origin: ChunkOrigin = {
    schema,
    start: '0',
    limit: options.limit,
    expected: options.expected === undefined ? batch.length : options.expected,
    spool,
    ask: async (from) => {
      asked.push(from);
      const whole = await answer(batch, BigInt(from.start), from.limit);
      const { bytes, error } = cut(whole, asked.length);
      return (async function* () {
        for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
        if (error) throw error;
      })();
    },
    recount: () => Promise.resolve(options.count ?? batch.length),
    report: (part) => {
      reports.push(part);
      return Promise.resolve();
    },
  };
  const receive = async (most = Infinity): Promise<Buffer> => {
    const pieces: Uint8Array[] = [];
    let count = 0;
    const chunk = await ReceivedChunk.open(origin);
    for await (const block of chunk.blocks()) {
      pieces.push(block.bytes.slice());
      count += block.count;
      if (count >= most) break;
    }
    return Buffer.concat(pieces);
  };
  return { receive, asked, reports, spool };
}

/** Bytes of the whole answer. */
export const wholeLength = (await answer(trades, 0n)).length;

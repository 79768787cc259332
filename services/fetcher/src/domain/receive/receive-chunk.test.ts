import { expect, it } from '@jest/globals';
import { DatabentoError } from '@tapeline/databento';
import { compressFrames, encodeMetadata, encodeRecords } from '@tapeline/dbn';
import { ColumnarBatch, sampleBatch, SCHEMAS } from '@tapeline/records';
import type { ChunkSpool } from './chunk-spool.js';
import { ReceivedChunk, RestartChunkError, ShortSourceError } from './receive-chunk.js';
import type { ChunkOrigin, PartReport } from './receive-chunk.js';

const schema = SCHEMAS.trades;
const STRIDE = schema.recordSize[1];

/** Thirty trades in groups of one to five that share their time; every record differs in its sequence. */
const TIMES = [
  1, 2, 2, 2, 3, 4, 4, 4, 4, 4, 5, 6, 6, 7, 8, 8, 8, 9, 10, 11, 11, 11, 11, 12, 13, 14,
];
const trades = sampleBatch(schema, TIMES.length);
for (const [row, time] of TIMES.entries()) {
  trades.indexTimestamps()[row] = BigInt(time);
  trades.column('sequence')[row] = row;
}
const ALL = encodeRecords(trades, 1);

/** What the source answers from a time on, in two zstd frames. */
async function answer(batch: ColumnarBatch, start: bigint, limit?: number): Promise<Buffer> {
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
class MemorySpool implements ChunkSpool {
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
type Cut = (bytes: Buffer, ask: number) => CutAnswer;

const broken = () => new DatabentoError('broke off', { status: null, retryable: true });

interface Options {
  readonly spool?: MemorySpool;
  readonly cut?: Cut;
  readonly expected?: number | null;
  readonly limit?: number;
  readonly batch?: ColumnarBatch;
  readonly count?: number;
}

/** Receives the chunk; what came, what was asked, what was reported. */
function receiver(options: Options = {}) {
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

const wholeLength = (await answer(trades, 0n)).length;

it('takes an answer that comes whole, and asks once', async () => {
  const { receive, asked, reports, spool } = receiver();
  expect((await receive()).equals(ALL)).toBe(true);
  expect(asked).toEqual([{ start: '0' }]);
  expect(reports).toEqual([
    { part: 0, records: TIMES.length, bytes: ALL.length, repeated: 0, isCut: false },
  ]);
  expect([spool.held.length, spool.open]).toEqual([1, 0]);
});

it.each([
  ['a broken connection', broken, 1],
  ['a clean end', () => undefined, 4],
])('gives every record once, cut at any byte by %s', async (_, error, step) => {
  let repeated = 0;
  const failures: string[] = [];
  for (let length = 1; length < wholeLength; length += step) {
    const thrown = error();
    const cut: Cut = (bytes, ask) =>
      ask === 1
        ? { bytes: bytes.subarray(0, length), ...(thrown && { error: thrown }) }
        : { bytes };
    const { receive, asked, reports, spool } = receiver({ cut });
    const outcome = await receive().catch((error: Error) => error);
    expect(spool.open).toBe(0);
    // Before the metadata are whole there is nothing to go on with: the job asks again.
    if (outcome instanceof Error) failures.push(outcome.message);
    if (outcome instanceof Error) continue;
    const received = outcome;
    expect([length, received.equals(ALL)]).toEqual([length, true]);
    const total = reports.reduce((sum, { records }) => sum + records, 0);
    const twice = reports.reduce((sum, part) => sum + part.repeated, 0);
    expect(total - twice).toBe(TIMES.length);
    // Nothing comes twice but the records at the time from which it went on.
    expect(twice).toBeLessThanOrEqual(5);
    // All records are there before the last checksum is.
    expect(asked.length).toBe(length < wholeLength - 4 ? 2 : 1);
    repeated += twice;
  }
  expect(repeated).toBeGreaterThan(0);
  expect(failures.length).toBeLessThan(wholeLength / 4);
  expect(failures.filter((message) => !/broke off|ends after|inside/.test(message))).toEqual([]);
});

it('goes on where a killed process stopped, wherever that was', async () => {
  for (let length = 1; length < wholeLength; length += 3) {
    const spool = new MemorySpool();
    const whole = await answer(trades, 0n);
    const writer = await spool.begin();
    await writer.write(whole.subarray(0, length));
    const { receive, asked } = receiver({ spool: spool.reopen() });
    expect([length, (await receive()).equals(ALL)]).toEqual([length, true]);
    expect(asked.length).toBeLessThanOrEqual(1);
    const again = receiver({ spool: spool.reopen() });
    expect((await again.receive()).equals(ALL)).toBe(true);
    expect(again.asked).toEqual([]);
  }
});

it('goes on after several cuts and several deaths, and asks each time only for the rest', async () => {
  const spool = new MemorySpool();
  const half: Cut = (bytes) => ({ bytes: bytes.subarray(0, bytes.length - 60), error: broken() });
  const starts: string[] = [];
  for (const most of [1, 8, 15, 22]) {
    const attempt = receiver({ spool: spool.reopen(), cut: half });
    await attempt.receive(most).catch(() => undefined);
    starts.push(...attempt.asked.map(({ start }) => start));
  }
  const last = receiver({ spool: spool.reopen() });
  expect((await last.receive()).equals(ALL)).toBe(true);
  expect(starts.map(Number)).toEqual(starts.map(Number).toSorted((a, b) => a - b));
});

it('accounts for cuts and a death as if one attempt had received it all', async () => {
  for (let length = 250; length < wholeLength; length += 29) {
    for (const most of [1, 10, 20, 25]) {
      const spool = new MemorySpool();
      const cut: Cut = (bytes) => ({ bytes: bytes.subarray(0, length), error: broken() });
      const dying = receiver({ spool, cut });
      await dying.receive(most).catch(() => undefined);
      const last = receiver({ spool: spool.reopen() });
      expect((await last.receive()).equals(ALL)).toBe(true);
      // What the archive is told.
      const own = last.reports.reduce((sum, part) => sum + part.records - part.repeated, 0);
      expect([length, most, own]).toEqual([length, most, TIMES.length]);
      // What was paid: the first account of a response stands.
      const accounts = new Map(
        [...last.reports, ...dying.reports].map((part) => [part.part, part]),
      );
      for (const { part, ...account } of last.reports) {
        expect(accounts.get(part)).toEqual({ part, ...account });
      }
      // The archive's copy is all there is.
      const again = receiver({ spool: spool.reopen(), expected: own });
      expect((await again.receive()).equals(ALL)).toBe(true);
      expect(again.asked).toEqual([]);
    }
  }
});

it('asks for what a limit leaves', async () => {
  const cut: Cut = (bytes, ask) =>
    ask === 1 ? { bytes: bytes.subarray(0, bytes.length - 100), error: broken() } : { bytes };
  const { receive, asked } = receiver({ cut, limit: 20, expected: 20 });
  expect((await receive()).equals(ALL.subarray(0, 20 * STRIDE))).toBe(true);
  const [, second] = asked;
  const before = TIMES.filter((time) => time < Number(second!.start)).length;
  expect(second!.limit).toBe(20 - before);
});

it('gives up for now when cuts bring nothing new, and keeps what it has', async () => {
  const cut: Cut = (bytes, ask) => ({
    bytes: ask === 1 ? bytes.subarray(0, bytes.length - 60) : bytes.subarray(0, 250),
    error: broken(),
  });
  const { receive, asked, spool } = receiver({ cut });
  await expect(receive()).rejects.toThrow('broke off');
  expect(asked.length).toBeLessThan(10);
  expect((await receiver({ spool: spool.reopen() }).receive()).equals(ALL)).toBe(true);
});

it('does not take a source at its word that is shorter than announced', async () => {
  const short = receiver({ expected: 30, count: 30 });
  await expect(short.receive()).rejects.toThrow(ShortSourceError);
  expect(short.asked.length).toBe(4);
  const changed = receiver({ expected: 30, count: TIMES.length });
  expect((await changed.receive()).equals(ALL)).toBe(true);
  const unknown = receiver({ expected: null });
  expect((await unknown.receive()).equals(ALL)).toBe(true);
  expect(unknown.asked).toHaveLength(1);
});

it('begins anew where times go back, or other records come', async () => {
  const unordered = trades.take(Uint32Array.from(TIMES.keys()));
  unordered.indexTimestamps()[3] = 1n;
  const cut: Cut = (bytes, ask) =>
    ask === 1 ? { bytes: bytes.subarray(0, bytes.length - 60), error: broken() } : { bytes };
  const back = receiver({ batch: unordered, cut });
  await expect(back.receive()).rejects.toThrow(RestartChunkError);
  expect(back.spool.discarded).toBe(1);
  expect((await receiver({ batch: unordered }).receive()).length).toBe(ALL.length);

  const spool = new MemorySpool();
  const writer = await spool.begin();
  await writer.write((await answer(trades, 0n)).subarray(0, wholeLength - 60));
  const other = trades.slice(0, 10);
  const changed = receiver({ spool: spool.reopen(), batch: other, expected: 26 });
  await expect(changed.receive()).rejects.toThrow(/begins anew|truncated|says that it has/);
});

it('forgets what is corrupt', async () => {
  const spool = new MemorySpool();
  const bytes = await answer(trades, 0n);
  bytes[bytes.length - 20]! ^= 0xff;
  const writer = await spool.begin();
  await writer.write(bytes);
  await expect(receiver({ spool: spool.reopen() }).receive()).rejects.toThrow(
    'Data corruption detected',
  );
  expect(spool.discarded).toBe(1);
  expect((await receiver({ spool: spool.reopen() }).receive()).equals(ALL)).toBe(true);
});

it('keeps what was received when its taker stops', async () => {
  const { receive, spool } = receiver();
  await receive(1);
  expect(spool.open).toBe(0);
  const later = receiver({ spool: spool.reopen() });
  expect((await later.receive()).equals(ALL)).toBe(true);
});

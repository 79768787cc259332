import { text } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import { ColumnarBatch, SCHEMAS } from '@tapeline/records';
import type { RecordBatch } from '@tapeline/storage';
import { NO_CAPS } from './answer-caps.js';
import type { AnswerEnd } from './answer-format.js';
import { AnswerStream } from './answer-stream.js';

/** Writes each batch as its rows' ordinals. */
const format = {
  contentType: 'text/plain',
  head: '[',
  records: ({ batch }: RecordBatch, isFirst: boolean) =>
    Buffer.from((isFirst ? '' : ',') + batch.ordinals().join(',')),
  tail: ({ count, cut }: AnswerEnd) => `]${count}${cut ?? ''}`,
  tellsCut: true,
};

/** Batches of one kind; counts what is read from it, and whether it was closed. */
class Records {
  taken = 0;
  closed = 0;
  constructor(
    private readonly batches: number,
    private readonly rows = 1,
  ) {}

  next(): Promise<RecordBatch | undefined> {
    if (this.taken++ >= this.batches) return Promise.resolve(undefined);
    const batch = ColumnarBatch.allocate(SCHEMAS.trades, this.rows);
    return Promise.resolve({
      batch,
      symbols: { names: [null], slots: new Uint32Array(this.rows) },
    });
  }

  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }
}

it.each([
  [0, '[]0'],
  [1, '[0]1'],
  [3, '[0,0,0]3'],
])('writes %i batches', async (length, expected) => {
  const rows = new Records(length);
  expect(await text(new AnswerStream(rows, await rows.next(), format))).toBe(expected);
});

it('writes every record once across many batches', async () => {
  const rows = new Records(100, 1_000);
  const answer = await text(new AnswerStream(rows, await rows.next(), format));
  expect(answer).toHaveLength(2 * 100_000 - 1 + '[]100000'.length);
});

it('takes records only while its reader reads, and closes them when it is destroyed', async () => {
  const rows = new Records(10_000, 10_000);
  const stream = new AnswerStream(rows, await rows.next(), format);
  const closed = new Promise((resolve) => stream.once('close', resolve));
  await new Promise((resolve) => stream.once('readable', resolve));
  expect(rows.taken).toBeLessThan(10);
  stream.destroy();
  await closed;
  expect(rows.closed).toBe(1);
});

it('fails as its records fail, so that no cut answer looks whole', async () => {
  const rows = new Records(5);
  const failing = {
    next: () => (rows.taken > 2 ? Promise.reject(new Error('gone')) : rows.next()),
    close: () => rows.close(),
  };
  await expect(text(new AnswerStream(failing, await rows.next(), format))).rejects.toThrow('gone');
  expect(rows.closed).toBe(1);
});

it('ends at the row to which a key may read, and says so; breaks off where it cannot', async () => {
  const caps = { ...NO_CAPS, maxRows: 5 };
  const rows = new Records(4, 2);
  const stream = new AnswerStream(rows, await rows.next(), format, { caps });
  expect(await text(stream)).toBe('[0,0,0,0,0]5max_rows');
  expect([stream.count, stream.cut, rows.closed]).toEqual([5, 'max_rows', 1]);

  const silent = new AnswerStream(
    new Records(4, 2),
    undefined,
    { ...format, tellsCut: false },
    { caps },
  );
  await expect(text(silent)).rejects.toThrow('max_rows');
  const exact = new Records(5);
  expect(await text(new AnswerStream(exact, undefined, format, { caps }))).toBe('[0,0,0,0,0]5');
});

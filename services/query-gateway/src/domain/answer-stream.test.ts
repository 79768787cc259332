import { text } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import type { AnswerRow } from '@tapeline/storage';
import { AnswerStream } from './answer-stream.js';

const format = {
  contentType: 'text/plain',
  head: '[',
  rows: (rows: readonly AnswerRow[], isFirst: boolean) => (isFirst ? '' : ',') + rows.join(','),
  tail: (count: number) => `]${count}`,
};

/** Counts what is read from it, and whether it was closed. */
class Rows {
  taken = 0;
  closed = 0;
  constructor(
    private readonly length: number,
    private readonly value = 'x',
  ) {}

  next(): Promise<readonly string[] | undefined> {
    return Promise.resolve(this.taken++ < this.length ? [this.value] : undefined);
  }

  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }
}

it.each([
  [0, '[]0'],
  [1, '[x]1'],
  [3, '[x,x,x]3'],
])('writes %i rows', async (length, expected) => {
  const rows = new Rows(length);
  expect(await text(new AnswerStream(rows, await rows.next(), format))).toBe(expected);
});

it('writes every row once across many chunks', async () => {
  const rows = new Rows(10_000, 'x'.repeat(99));
  const answer = await text(new AnswerStream(rows, await rows.next(), format));
  expect(answer).toHaveLength(10_000 * 100 - 1 + '[]10000'.length);
});

it('takes rows only while its reader reads, and closes them when it is destroyed', async () => {
  const rows = new Rows(100_000, 'x'.repeat(999));
  const stream = new AnswerStream(rows, await rows.next(), format);
  const closed = new Promise((resolve) => stream.once('close', resolve));
  await new Promise((resolve) => stream.once('readable', resolve));
  expect(rows.taken).toBeLessThan(300);
  stream.destroy();
  await closed;
  expect(rows.closed).toBe(1);
});

it('fails as its rows fail, so that no cut answer looks whole', async () => {
  const rows = new Rows(5);
  const failing = {
    next: () => (rows.taken > 2 ? Promise.reject(new Error('gone')) : rows.next()),
    close: () => rows.close(),
  };
  await expect(text(new AnswerStream(failing, await rows.next(), format))).rejects.toThrow('gone');
  expect(rows.closed).toBe(1);
});

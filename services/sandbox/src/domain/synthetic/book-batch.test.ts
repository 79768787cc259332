import { expect, it } from '@jest/globals';
import { SCHEMAS } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { collectBatch, queryOf } from '../collect-records.js';
import { SyntheticMarket } from './synthetic-market.js';

const market = new SyntheticMarket({ seed: 7, tradesPerDay: 3_000 });
const range = ['2024-07-01T13:00Z', '2024-07-01T14:00Z'] as const;
const prices = (batch: ColumnarBatch, name: string) => batch.column(name) as BigInt64Array;
const LEVELS = ['00', '01', '02', '03', '04', '05', '06', '07', '08', '09'];

it('has the records of mbp-1 in mbp-10, each with the levels below', async () => {
  const top = await collectBatch(market, queryOf('mbp-1', ...range));
  const book = await collectBatch(market, queryOf('mbp-10', ...range));
  expect(top.length).toBeGreaterThan(1_000);
  for (const { name } of SCHEMAS['mbp-1'].columns) {
    expect([name, book.column(name)]).toEqual([name, top.column(name)]);
  }
});

it('has levels one below the other, each with orders that hold its quantity', async () => {
  const book = await collectBatch(market, queryOf('mbp-10', ...range));
  LEVELS.slice(1).forEach((level, index) => {
    const better = LEVELS[index]!;
    const bids = prices(book, `bid_px_${level}`);
    const asks = prices(book, `ask_px_${level}`);
    expect(bids.every((bid, row) => bid < prices(book, `bid_px_${better}`)[row]!)).toBe(true);
    expect(asks.every((ask, row) => ask > prices(book, `ask_px_${better}`)[row]!)).toBe(true);
  });
  for (const side of ['bid', 'ask']) {
    for (const level of LEVELS) {
      const sizes = book.column(`${side}_sz_${level}`) as Uint32Array;
      const counts = book.column(`${side}_ct_${level}`) as Uint32Array;
      expect(counts.every((count, row) => count > 0 && count <= sizes[row]!)).toBe(true);
    }
  }
});

it('leaves what rests below the top as it is', async () => {
  const book = await collectBatch(market, queryOf('mbp-10', ...range));
  const ids = book.column('instrument_id') as Uint32Array;
  const slices = Array.from(book.indexTimestamps(), (time) => time / 900_000_000_000n);
  const resting = new Map<string, number>();
  let moved = 0;
  for (const level of LEVELS.slice(1)) {
    const sizes = book.column(`bid_sz_${level}`) as Uint32Array;
    prices(book, `bid_px_${level}`).forEach((price, row) => {
      const key = `${slices[row]}/${ids[row]}/${price}`;
      if ((resting.get(key) ?? sizes[row]) !== sizes[row]) moved += 1;
      resting.set(key, sizes[row]!);
    });
  }
  expect(resting.size).toBeGreaterThan(100);
  expect(moved).toBe(0);
});

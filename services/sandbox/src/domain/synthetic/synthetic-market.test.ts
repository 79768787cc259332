import { describe, expect, it } from '@jest/globals';
import { SCHEMAS } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { collectBatch, collectBytes, idOf, queryOf } from '../collect-records.js';
import { SyntheticMarket } from './synthetic-market.js';
import { SYNTHETIC_SCHEMAS } from './synthetic-schemas.js';

const options = { seed: 7, tradesPerDay: 3_000 };
const market = new SyntheticMarket(options);
const sameMarket = new SyntheticMarket(options);
const numbers = (batch: ColumnarBatch, name: string) => batch.column(name) as Uint32Array;
const bigints = (batch: ColumnarBatch, name: string) => batch.column(name) as BigInt64Array;
const [from, to] = ['2024-07-01T12:34:56.789Z', '2024-07-02T16:20Z'];

describe.each(SYNTHETIC_SCHEMAS)('%s', (schema) => {
  const { recordSize } = SCHEMAS[schema];
  const all = collectBytes(market, queryOf(schema, from, to));

  it('is the same however often and by whom it is asked for', async () => {
    const again = await collectBytes(sameMarket, queryOf(schema, from, to));
    expect((await all).equals(again)).toBe(true);
    expect(again.length).toBeGreaterThan(0);
  });

  it('gives a part of a range as it is within the whole', async () => {
    const cuts = [from, '2024-07-01T13:30:00.000000001Z', '2024-07-01T21:03Z', '2024-07-02', to];
    const parts: Buffer[] = [];
    for (let i = 0; i + 1 < cuts.length; i++) {
      parts.push(await collectBytes(market, queryOf(schema, cuts[i]!, cuts[i + 1]!)));
    }
    expect(Buffer.concat(parts).equals(await all)).toBe(true);
  });

  it('gives some instruments as they are among all', async () => {
    const ids = ['ESU4', 'CLQ4-CLU4', 'NGQ4'].map((symbol) => idOf(market, symbol));
    const some = await collectBytes(market, queryOf(schema, from, to, ids));
    const size = recordSize[3];
    const filtered: Buffer[] = [];
    const whole = await all;
    for (let at = 0; at < whole.length; at += size) {
      if (ids.includes(whole.readUInt32LE(at + 4))) filtered.push(whole.subarray(at, at + size));
    }
    expect(some.equals(Buffer.concat(filtered))).toBe(true);
    expect(some.length).toBeGreaterThan(0);
  });

  it('is ordered by its index timestamps, within the range', async () => {
    const query = queryOf(schema, from, to);
    const times = (await collectBatch(market, query)).indexTimestamps();
    expect(times[0]! >= query.start && times.at(-1)! < query.end).toBe(true);
    expect(times.every((time, row) => row === 0 || times[row - 1]! <= time)).toBe(true);
  });

  it('counts what it sends', async () => {
    const query = queryOf(schema, from, to);
    expect(await market.count(query)).toBe((await all).length / recordSize[3]);
  });
});

describe('trades', () => {
  const query = queryOf('trades', '2024-07-01', '2024-07-03');

  it('happen shortly before they are captured, in the same second', async () => {
    const batch = await collectBatch(market, query);
    const [received, occurred] = [bigints(batch, 'ts_recv'), bigints(batch, 'ts_event')];
    const late = received.filter((time, row) => {
      const latency = time - occurred[row]!;
      const sameSecond = time / 1_000_000_000n === occurred[row]! / 1_000_000_000n;
      return latency <= 0n || latency > 2_000_000n || !sameSecond;
    });
    expect(late).toHaveLength(0);
    // True nanoseconds, not rounded ones.
    expect(received.filter((time) => time % 1000n !== 0n).length).toBeGreaterThan(
      batch.length * 0.99,
    );
  });

  it('lie on the grid of ticks, at most for spreads below zero', async () => {
    const batch = await collectBatch(market, query);
    const ticks: Record<string, bigint> = { 1: 250_000_000n, 2: 10_000_000n, 3: 1_000_000n };
    const [ids, prices] = [numbers(batch, 'instrument_id'), bigints(batch, 'price')];
    const offGrid = prices.filter(
      (price, row) => price % (ticks[Math.floor(ids[row]! / 100_000)] ?? 100_000n) !== 0n,
    );
    expect(offGrid).toHaveLength(0);
    const below = ids.filter((_, row) => prices[row]! <= 0n);
    expect(below.length).toBeGreaterThan(10);
    expect(below.filter((id) => id % 100_000 < 50_000)).toHaveLength(0);
  });

  it('are mostly in the front contract, as many as was set', async () => {
    const ids = numbers(await collectBatch(market, query), 'instrument_id');
    const count = (symbol: string) => ids.filter((id) => id === idOf(market, symbol)).length;
    expect(count('ESU4') / 2).toBeGreaterThan(0.6 * options.tradesPerDay);
    expect(count('ESU4') / 2).toBeLessThan(1.5 * options.tradesPerDay);
    expect(count('ESZ4')).toBeLessThan(0.2 * count('ESU4'));
    expect(count('ESH5')).toBeLessThan(count('ESZ4'));
  });

  it('include fills of one event: equal times and sequence, the last one marked', async () => {
    const batch = await collectBatch(market, { ...query, selection: null });
    const flags = batch.column('flags') as Uint8Array;
    const partial = flags.filter((flag) => flag === 0).length;
    expect(partial).toBeGreaterThan(batch.length * 0.05);
    expect(flags.every((flag) => flag === 0 || flag === 128)).toBe(true);
  });

  it('differ with the seed', async () => {
    const other = new SyntheticMarket({ ...options, seed: 8 });
    expect((await collectBytes(other, query)).equals(await collectBytes(market, query))).toBe(
      false,
    );
  });
});

describe('quotes', () => {
  const range = ['2024-07-01T13:00Z', '2024-07-01T15:00Z'] as const;
  const common = SCHEMAS.trades.columns.filter(({ name }) => name !== 'ordinal');

  it('surround the same trades in tbbo and mbp-1', async () => {
    const trades = await collectBatch(market, queryOf('trades', ...range));
    const tbbo = await collectBatch(market, queryOf('tbbo', ...range));
    const quotes = await collectBatch(market, queryOf('mbp-1', ...range));
    const action = quotes.column('action') as Uint8Array;
    const rows = Uint32Array.from(action.keys()).filter((row) => action[row] === 84);
    const tradesOfQuotes = quotes.take(rows);
    for (const { name } of common) {
      expect(tbbo.column(name)).toEqual(trades.column(name));
      expect(tradesOfQuotes.column(name)).toEqual(trades.column(name));
    }
    for (const side of ['bid', 'ask']) {
      for (const field of ['px', 'sz', 'ct']) {
        const name = `${side}_${field}_00`;
        expect(tradesOfQuotes.column(name)).toEqual(tbbo.column(name));
      }
    }
    expect(quotes.length).toBeGreaterThan(2 * trades.length);
  });

  it('have the bid below the ask, and trades that begin at one of them', async () => {
    const tbbo = await collectBatch(market, queryOf('tbbo', ...range));
    const [bid, ask] = [bigints(tbbo, 'bid_px_00'), bigints(tbbo, 'ask_px_00')];
    const [price, side] = [bigints(tbbo, 'price'), tbbo.column('side') as Uint8Array];
    const wrong = price.filter((value, row) => {
      const atQuote = side[row] === 66 ? value >= ask[row]! : value <= bid[row]!;
      return bid[row]! >= ask[row]! || !atQuote;
    });
    expect(tbbo.length).toBeGreaterThan(100);
    expect(wrong).toHaveLength(0);
  });
});

it('makes a million trades a day in parts that fit into memory', async () => {
  const busy = new SyntheticMarket({ seed: 1, tradesPerDay: 1_000_000 });
  const query = queryOf('mbp-1', '2024-07-01T13:30Z', '2024-07-01T14:00Z');
  let [count, largest] = [0, 0];
  for await (const part of busy.records(query)) {
    count += part.count;
    largest = Math.max(largest, part.bytes.length);
  }
  expect(count).toBeGreaterThan(300_000);
  expect(largest).toBeLessThan(40_000_000);
});

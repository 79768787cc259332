/** Bars, statistics and definitions against the trades themselves. */
import { describe, expect, it } from '@jest/globals';
import type { ColumnarBatch } from '@tapeline/records';
import { at, collectBatch, idOf, queryOf } from '../collect-records.js';
import { BAR_SECONDS } from './bars.js';
import type { BarSchema } from './bars.js';
import { SyntheticMarket } from './synthetic-market.js';

const market = new SyntheticMarket({ seed: 3, tradesPerDay: 2_000 });
const ids = ['ESU4', 'ESZ4', 'CLQ4', 'NGQ4-NGU4'].map((symbol) => idOf(market, symbol));

interface Trade {
  readonly id: number;
  readonly time: bigint;
  readonly price: bigint;
  readonly size: number;
}

async function tradesBetween(start: string, end: string): Promise<Trade[]> {
  const batch = await collectBatch(market, queryOf('trades', start, end, ids));
  const sizes = batch.column('size') as Uint32Array;
  const times = batch.column('ts_event') as BigUint64Array;
  const prices = batch.column('price') as BigInt64Array;
  return Array.from(batch.column('instrument_id') as Uint32Array, (id, row) => ({
    id,
    time: times[row]!,
    price: prices[row]!,
    size: sizes[row]!,
  }));
}

const highest = (trades: readonly Trade[]) =>
  trades.reduce((best, { price }) => (price > best ? price : best), trades[0]!.price);
const lowest = (trades: readonly Trade[]) =>
  trades.reduce((best, { price }) => (price < best ? price : best), trades[0]!.price);
const volume = (trades: readonly Trade[]) => trades.reduce((sum, { size }) => sum + size, 0);

const rowsOf = (batch: ColumnarBatch, names: readonly string[]) =>
  Array.from({ length: batch.length }, (_, row) =>
    Object.fromEntries(names.map((name) => [name, batch.column(name)[row]!])),
  );

describe.each(Object.keys(BAR_SECONDS) as BarSchema[])('%s', (schema) => {
  it('is what the trades of its time come to', async () => {
    const [start, end] = ['2024-07-01', '2024-07-03'];
    const length = BigInt(BAR_SECONDS[schema]) * 1_000_000_000n;
    const groups = Map.groupBy(
      await tradesBetween(start, end),
      ({ id, time }) => `${time - (time % length)}/${id}`,
    );
    const expected = [...groups].map(([key, trades]) => ({
      ts_event: BigInt(key.split('/')[0]!),
      instrument_id: trades[0]!.id,
      open: trades[0]!.price,
      high: highest(trades),
      low: lowest(trades),
      close: trades.at(-1)!.price,
      volume: BigInt(volume(trades)),
    }));
    expected.sort((a, b) => Number(a.ts_event - b.ts_event) || a.instrument_id - b.instrument_id);
    const bars = await collectBatch(market, queryOf(schema, start, end, ids));
    expect(rowsOf(bars, Object.keys(expected[0]!))).toEqual(expected);
  });
});

// The session of 2 July 2024 in the time of Chicago.
const [open, settled, close] = ['2024-07-01T22:00Z', '2024-07-02T20:00Z', '2024-07-02T21:00Z'];

describe('ohlcv-eod', () => {
  it('is what the trades of the session come to, stamped at its open', async () => {
    const trades = Map.groupBy(await tradesBetween(open, close), ({ id }) => id);
    const expected = [...trades].map(([id, own]) => ({
      ts_event: at(open),
      instrument_id: id,
      open: own[0]!.price,
      high: highest(own),
      low: lowest(own),
      close: own.at(-1)!.price,
      volume: BigInt(volume(own)),
    }));
    expected.sort((a, b) => a.instrument_id - b.instrument_id);
    expect(expected).toHaveLength(ids.length);
    const bars = await collectBatch(
      market,
      queryOf('ohlcv-eod', '2024-07-01T21:00Z', '2024-07-02T22:00Z', ids),
    );
    expect(rowsOf(bars, Object.keys(expected[0]!))).toEqual(expected);
  });
});

describe('statistics', () => {
  it('are what the trades of the session come to', async () => {
    const id = idOf(market, 'ESU4');
    const trades = (await tradesBetween(open, close)).filter((trade) => trade.id === id);
    const statistics = await collectBatch(
      market,
      queryOf('statistics', open, '2024-07-02T22:00Z', [id]),
    );
    const names = ['stat_type', 'price', 'quantity', 'ts_ref'];
    const undefinedPrice = 2n ** 63n - 1n;
    const undefinedTime = 2n ** 64n - 1n;
    const tradeDate = at('2024-07-02');
    const last = trades.findLast(({ time }) => time < at(settled))!;
    const price = (statType: number, value: bigint, ref = undefinedTime) => ({
      stat_type: statType,
      price: value,
      quantity: undefinedPrice,
      ts_ref: ref,
    });
    const openInterest = expect.any(BigInt);
    expect(rowsOf(statistics, names)).toEqual([
      price(1, trades[0]!.price),
      price(3, last.price, tradeDate),
      price(4, lowest(trades)),
      price(5, highest(trades)),
      { stat_type: 6, price: undefinedPrice, quantity: BigInt(volume(trades)), ts_ref: tradeDate },
      { stat_type: 9, price: undefinedPrice, quantity: openInterest, ts_ref: tradeDate },
    ]);
    const held = (statistics.column('quantity') as BigInt64Array).at(-1)!;
    expect(held > 1_000_000n && held < 3_000_000n).toBe(true);
  });

  it('are published for instruments that did not trade', async () => {
    const quiet = new SyntheticMarket({ seed: 3, tradesPerDay: 1 });
    const id = idOf(quiet, 'RBX4');
    const batch = await collectBatch(quiet, queryOf('statistics', open, '2024-07-02T22:00Z', [id]));
    expect([...(batch.column('stat_type') as Uint16Array)]).toEqual([3, 6, 9]);
    const settlement = (batch.column('price') as BigInt64Array)[0]!;
    expect(settlement > 1_000_000_000n && settlement < 4_000_000_000n).toBe(true);
    expect((batch.column('quantity') as BigInt64Array)[1]).toBe(0n);
  });
});

describe('definitions', () => {
  const text = (batch: ColumnarBatch, name: string, row: number) => {
    const data = batch.column(name) as Uint8Array;
    const width = data.length / batch.length;
    return Buffer.from(data.subarray(row * width, (row + 1) * width))
      .toString('latin1')
      .replace(/\0+$/, '');
  };

  it('come once a day, shortly after midnight', async () => {
    const id = idOf(market, 'CLQ4');
    const batch = await collectBatch(
      market,
      queryOf('definition', '2024-07-05', '2024-07-10', [id]),
    );
    const dates = Array.from(batch.indexTimestamps(), (time) =>
      Temporal.Instant.fromEpochNanoseconds(time).toString().slice(0, 16),
    );
    // Saturday has no session; Sunday's begins in the evening.
    expect(dates).toEqual(['05', '07', '08', '09'].map((day) => `2024-07-${day}T00:00`));
    expect(text(batch, 'raw_symbol', 0)).toBe('CLQ4');
    expect(rowsOf(batch, ['min_price_increment', 'contract_multiplier', 'expiration'])[0]).toEqual({
      min_price_increment: 10_000_000n,
      contract_multiplier: 1_000,
      expiration: at('2024-07-22T18:30Z'),
    });
    expect(text(batch, 'asset', 0)).toBe('CL');
  });

  it('describe each leg of a spread', async () => {
    const id = idOf(market, 'NGQ4-NGU4');
    const batch = await collectBatch(
      market,
      queryOf('definition', '2024-07-02', '2024-07-03', [id]),
    );
    expect([text(batch, 'leg_raw_symbol', 0), text(batch, 'leg_raw_symbol', 1)]).toEqual([
      'NGQ4',
      'NGU4',
    ]);
    expect(rowsOf(batch, ['instrument_class', 'leg_count', 'leg_index', 'leg_side'])).toEqual([
      { instrument_class: 83, leg_count: 2, leg_index: 0, leg_side: 66 },
      { instrument_class: 83, leg_count: 2, leg_index: 1, leg_side: 65 },
    ]);
  });
});

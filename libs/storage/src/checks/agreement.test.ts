/** bars_agree and settlement_agrees. */
import { describe, expect, it } from '@jest/globals';
import type { GivenRecord } from '@tapeline/records';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import type { Storage } from '../storage.js';
import { DAY, DAY_START } from '../test-batches.js';
import { eachWithStorage } from '../test-storage.js';
import { at, holdChunk, runCheck } from './check-fixture.js';

let storage: Storage;
eachWithStorage(4, (opened) => (storage = opened));

const trade = (
  time: string | bigint,
  price: string,
  size: number,
  instrument = 1,
): GivenRecord => ({
  instrument_id: instrument,
  publisher_id: 1,
  ts_recv: typeof time === 'string' ? at(time) : time,
  price,
  size,
});

const bar = (
  time: string,
  prices: readonly string[],
  volume: number,
  instrument = 1,
): GivenRecord => {
  const [open, high, low, close] = prices as [string, string, string, string];
  return {
    instrument_id: instrument,
    publisher_id: 1,
    ts_event: at(time),
    open,
    high,
    low,
    close,
    volume,
  };
};

/** Two minutes; open and close are told apart by ordinals, and a trade lies at either edge. */
const TRADES = [
  trade('12:00', '100', 1),
  trade('12:00', '103', 2),
  trade('12:00:30', '99', 3),
  trade(at('12:01') - 1n, '101', 4),
  trade('12:01', '101.5', 5),
];
const BARS = [
  bar('12:00', ['100', '103', '99', '101'], 10),
  bar('12:01', ['101.5', '101.5', '101.5', '101.5'], 5),
];
const check = { check: 'bars_agree' };
const messages = async (chunk: string, given: object = check) =>
  (await runCheck(storage, chunk, given as Record<string, unknown>)).map(({ message }) => message);

describe('bars_agree', () => {
  it('finds nothing where every value agrees, from either side', async () => {
    const trades = await holdChunk(storage, { schema: 'trades', batches: [TRADES] });
    const bars = await holdChunk(storage, { schema: 'ohlcv-1m', batches: [BARS] });
    expect(await messages(trades)).toEqual([]);
    expect(await messages(bars)).toEqual([]);
  });

  it('tells each difference with both values, from either side', async () => {
    const trades = await holdChunk(storage, { schema: 'trades', batches: [TRADES] });
    const bars = await holdChunk(storage, {
      schema: 'ohlcv-1m',
      batches: [[bar('12:00', ['100.5', '103', '98', '101'], 11), BARS[1]!]],
    });
    const expected = [
      'the ohlcv-1m bar of instrument 1 at 2024-07-01T12:00:00.000000000Z disagrees with its 4 trades: its volume is 11 and the sum of the sizes 10, its open is 100.5 and that of the trades 100, its low is 98 and that of the trades 99',
    ];
    expect(await messages(trades)).toEqual(expected);
    expect(await messages(bars)).toEqual(expected);
    const [finding] = await runCheck(storage, bars, check);
    expect(finding).toMatchObject({
      instrumentId: 1,
      start: at('12:00'),
      end: at('12:01') - 1n,
      details: {
        bars: 'ohlcv-1m',
        publisher_id: 1,
        bar: { volume: '11', low: '98000000000' },
        trades: { count: 4, volume: '10', low: '99000000000' },
      },
    });
  });

  it('takes volumes within the tolerance', async () => {
    await holdChunk(storage, { schema: 'trades', batches: [TRADES] });
    const bars = await holdChunk(storage, {
      schema: 'ohlcv-1m',
      batches: [[bar('12:00', ['100', '103', '99', '101'], 20), BARS[1]!]],
    });
    expect(await messages(bars, { ...check, volume_tolerance: '50%' })).toEqual([]);
    expect(await messages(bars, { ...check, volume_tolerance: '49.9%' })).toHaveLength(1);
  });

  it('misses bars of trades, and trades of bars', async () => {
    const trades = await holdChunk(storage, { schema: 'trades', batches: [TRADES] });
    await holdChunk(storage, {
      schema: 'ohlcv-1m',
      batches: [[BARS[0]!, bar('12:02', ['1', '1', '1', '1'], 6)]],
    });
    expect(await messages(trades)).toEqual([
      'there is no ohlcv-1m bar of instrument 1 at 2024-07-01T12:01:00.000000000Z, and 1 trades of 5 in all lie in it',
      'the ohlcv-1m bar of instrument 1 at 2024-07-01T12:02:00.000000000Z has a volume of 6, and there is no trade in it',
    ]);
  });

  it('compares only intervals of which both are held whole', async () => {
    // Trades until half a minute before the end of the first bar, and from the middle of the second.
    const trades = await holdChunk(storage, {
      schema: 'trades',
      range: [at('12:00'), at('12:00:30')],
      batches: [TRADES.slice(0, 2)],
    });
    await holdChunk(storage, {
      schema: 'trades',
      range: [at('12:00:30'), DAY_START + DAY],
      state: 'fetched',
      batches: [[]],
    });
    const bars = await holdChunk(storage, { schema: 'ohlcv-1m', batches: [BARS] });
    expect(await messages(trades)).toEqual([]);
    expect(await messages(bars)).toEqual([]);
    await storage.pool.query("UPDATE chunk SET state = 'complete'");
    expect(await messages(bars)).toHaveLength(2);
    // The first bar spans both chunks of trades.
    expect(await messages(trades)).toHaveLength(1);
  });

  it('knows chunks of every instrument, and days', async () => {
    const trades = await holdChunk(storage, {
      schema: 'trades',
      instruments: [EVERY_INSTRUMENT],
      batches: [[trade('12:00', '5', 1), trade('13:00', '6', 2, 2), trade('14:00', '7', 3, 3)]],
    });
    await holdChunk(storage, {
      schema: 'ohlcv-1d',
      instruments: [1, 2],
      range: [DAY_START, DAY_START + DAY],
      batches: [
        [bar('00:00', ['5', '5', '5', '5'], 1), bar('00:00', ['6', '6', '6', '6.5'], 2, 2)],
      ],
    });
    await holdChunk(storage, {
      schema: 'ohlcv-1h',
      instruments: [EVERY_INSTRUMENT],
      range: [at('13:00'), at('13:30')],
      batches: [[bar('13:00', ['6', '6', '6', '6'], 1, 2)]],
    });
    expect(await messages(trades)).toEqual([
      'the ohlcv-1h bar of instrument 2 at 2024-07-01T13:00:00.000000000Z disagrees with its 1 trades: its volume is 1 and the sum of the sizes 2',
      'the ohlcv-1d bar of instrument 2 at 2024-07-01T00:00:00.000000000Z disagrees with its 1 trades: its close is 6.5 and that of the trades 6',
    ]);
  });
});

describe('settlement_agrees', () => {
  const settlement = (price: string, more: GivenRecord = {}): GivenRecord => ({
    instrument_id: 1,
    publisher_id: 1,
    ts_recv: at('21:00'),
    ts_ref: DAY_START,
    stat_type: 3,
    update_action: 1,
    price,
    ...more,
  });
  const define = (tick: string) =>
    holdChunk(storage, {
      schema: 'definition',
      batches: [[{ instrument_id: 1, ts_recv: at('00:00'), min_price_increment: tick }]],
    });
  const within = (ticks: number) => ({ check: 'settlement_agrees', ticks });
  const statistics = (records: readonly GivenRecord[]) =>
    holdChunk(storage, { schema: 'statistics', batches: [records] });

  it('measures from the last trade before it, in ticks', async () => {
    await define('0.25');
    await holdChunk(storage, {
      schema: 'trades',
      batches: [
        [
          trade('20:00', '50', 1),
          trade('21:00', '90', 1),
          trade('21:00', '100', 1),
          trade(at('21:00') + 1n, '5', 1),
        ],
      ],
    });
    const chunk = await statistics([settlement('101'), settlement('3', { stat_type: 6 })]);
    expect(await messages(chunk, within(4))).toEqual([]);
    expect(await messages(chunk, within(3))).toEqual([
      'settlement 101 of instrument 1, which came at 2024-07-01T21:00:00.000000000Z, is 1 (4 ticks of 0.25) from 100, the last trade before it at 2024-07-01T21:00:00.000000000Z; at most 3 ticks are expected',
    ]);
  });

  it('takes the day’s close where the last trade is not known', async () => {
    await define('0.25');
    await holdChunk(storage, {
      schema: 'trades',
      range: [DAY_START, at('20:30')],
      batches: [[trade('20:00', '50', 1)]],
    });
    await holdChunk(storage, {
      schema: 'ohlcv-1d',
      range: [DAY_START, DAY_START + DAY],
      batches: [[bar('00:00', ['100', '100', '99', '99.5'], 9)]],
    });
    const chunk = await statistics([settlement('100.1')]);
    expect(await messages(chunk, within(2))).toEqual([
      'settlement 100.1 of instrument 1, which came at 2024-07-01T21:00:00.000000000Z, is 0.6 (2 and a fraction of ticks of 0.25) from 99.5, the close of 2024-07-01; at most 2 ticks are expected',
    ]);
    expect(await messages(chunk, within(3))).toEqual([]);
  });

  it('passes over what there is nothing to measure by or from', async () => {
    await holdChunk(storage, { schema: 'trades', batches: [[trade('20:00', '50', 1)]] });
    const chunk = await statistics([settlement('101'), settlement('101', { update_action: 2 })]);
    expect(await messages(chunk, within(0))).toEqual([]);
    await define('0.25');
    expect(await messages(chunk, within(0))).toHaveLength(1);
    await storage.pool.query("UPDATE chunk SET state = 'planned' WHERE schema = 'trades'");
    expect(await messages(chunk, within(0))).toEqual([]);
  });
});

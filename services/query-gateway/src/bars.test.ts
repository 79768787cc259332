/** Bars against a plain loop over the same trades, and by calendars, zones and rolls. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ColumnarBatch,
  formatPrice,
  parseTimestamp,
  SCHEMAS,
  UNDEF_PRICE,
} from '@tapeline/records';
import type { Session } from '@tapeline/rules';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { startTestGateway } from './start-test-gateway.js';
import type { TestGateway } from './start-test-gateway.js';

const DATASET = 'GLBX.MDP3';
const SECOND = 1_000_000_000n;
const DAY = 86_400n * SECOND;
const START = parseTimestamp('2024-07-01');

interface Trade {
  readonly at: bigint;
  readonly id: number;
  readonly price: bigint | null;
  readonly size: number;
}
interface Bar {
  ts_event: string;
  instrument_id: number;
  open: string | null;
  high: string | null;
  low: string | null;
  close: string | null;
  volume: string;
  trades: string | null;
  vwap: string | null;
  symbol: string;
}

let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;

/** Regular hours from 08:30 to 15:00 in Chicago on working days, extended ones before. */
function sessionsOf(date: Temporal.PlainDate): Session[] {
  if (date.dayOfWeek > 5) return [];
  const second = (day: Temporal.PlainDate, time: string): number =>
    day.toZonedDateTime({ timeZone: 'America/Chicago', plainTime: time }).epochMilliseconds / 1000;
  const open = second(date, '08:30');
  return [
    { code: 1, start: second(date.subtract({ days: 1 }), '17:00'), end: open },
    { code: 2, start: open, end: second(date, '15:00') },
  ];
}

/** Many share a nanosecond, a few have no price, prices go below zero. */
function makeTrades(id: number, from: bigint, count: number, step: bigint): Trade[] {
  let seed = id;
  const random = (): number =>
    (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  return Array.from({ length: count }, (_, index) => ({
    at: from + BigInt(Math.floor(index / 3)) * step + BigInt(index % 2),
    id,
    price: random() < 0.02 ? null : BigInt(Math.floor(random() * 4_000) - 2_000) * 10_000_000n + 1n,
    size: Math.floor(random() * 50),
  })).toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

async function storeTrades(trades: readonly Trade[]): Promise<void> {
  const batch = ColumnarBatch.allocate(SCHEMAS.trades, trades.length);
  trades.forEach(({ at, id, price, size }, row) => {
    batch.column('ts_recv')[row] = at;
    batch.column('instrument_id')[row] = id;
    batch.column('price')[row] = price ?? UNDEF_PRICE;
    batch.column('size')[row] = size;
    batch.column('ordinal')[row] = row;
  });
  await gateway.store(batch);
}

/** What the bars of trades in their order are, by hand. */
function expected(trades: readonly Trade[], begin: (at: bigint) => bigint, symbol: string): Bar[] {
  return [...Map.groupBy(trades, ({ at }) => begin(at))]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([at, own]) => {
      const priced = own.filter((trade) => trade.price !== null) as (Trade & { price: bigint })[];
      const prices = priced.map(({ price }) => price);
      const sorted = prices.toSorted((a, b) => (a < b ? -1 : 1));
      const weight = priced.reduce((sum, { size }) => sum + BigInt(size), 0n);
      const value = priced.reduce((sum, { price, size }) => sum + price * BigInt(size), 0n);
      const text = (price: bigint | undefined) => (price === undefined ? null : formatPrice(price));
      // Half away from zero.
      const half = value < 0n ? -weight : weight;
      return {
        ts_event: String(at),
        instrument_id: own[0]!.id,
        open: text(prices[0]),
        high: text(sorted.at(-1)),
        low: text(sorted[0]),
        close: text(prices.at(-1)),
        volume: String(own.reduce((sum, { size }) => sum + size, 0)),
        trades: String(own.length),
        vwap: weight === 0n ? null : formatPrice((2n * value + half) / (2n * weight)),
        symbol,
      };
    });
}

async function bars(parameters: Record<string, string>): Promise<Bar[]> {
  const query = { dataset: DATASET, symbols: 'ESU4', start: '2024-07-01', ...parameters };
  const response = await gateway.get(`/v1/bars?${new URLSearchParams(query).toString()}`);
  if (!response.ok) throw new Error(await response.text());
  return ((await response.json()) as { records: Bar[] }).records;
}

const ES = makeTrades(7, START, 3_000, 40n * SECOND);
const MARCH = makeTrades(9, parseTimestamp('2024-03-08'), 6_000, 150n * SECOND);

beforeAll(async () => {
  [database, nats] = await Promise.all([testDatabase(), testNats()]);
  gateway = await startTestGateway(database, nats, { sessionsOf: () => ({ sessionsOf }) });
  await gateway.map('raw_symbol', 'ESU4', 7, '2024-06-01', '2024-08-01');
  await gateway.map('raw_symbol', 'ESH4', 9, '2024-03-01', '2024-04-01');
  await gateway.map('continuous', 'ES.c.0', 7, '2024-07-10', '2024-07-11');
  await gateway.map('continuous', 'ES.c.0', 8, '2024-07-11', '2024-07-13');
  await storeTrades(ES);
  await storeTrades(MARCH);
  await storeTrades(makeTrades(7, parseTimestamp('2024-07-10T12:00'), 300, 600n * SECOND));
  await storeTrades(makeTrades(8, parseTimestamp('2024-07-10T12:00'), 300, 600n * SECOND));
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

describe('of trades', () => {
  const floor = (width: bigint) => (at: bigint) => at - (at % width);
  const first = ES.filter(({ at }) => at < START + DAY);
  it.each([
    ['1s', SECOND],
    ['1m', 60n * SECOND],
    ['15m', 900n * SECOND],
    ['4h', 14_400n * SECOND],
    ['1d', DAY],
  ])('%s bars are what a loop makes of them', async (bucket, width) => {
    expect(await bars({ bucket })).toEqual(expected(first, floor(width), 'ESU4'));
  });

  it('take records from their start to their end only, to the nanosecond', async () => {
    const [start, end] = [first[500]!.at, first[1500]!.at];
    const own = first.filter(({ at }) => at >= start && at < end);
    expect(await bars({ bucket: '1h', start: String(start), end: String(end) })).toEqual(
      expected(own, floor(3600n * SECOND), 'ESU4'),
    );
  });

  it('fill gaps with the close before them where that is asked for', async () => {
    const end = '2024-07-01T00:05';
    const made = await bars({ bucket: '1s', end, fill: 'previous' });
    const own = new Map((await bars({ bucket: '1s', end })).map((bar) => [bar.ts_event, bar]));
    expect(made).toHaveLength(300);
    let close: string | null = null;
    const by = made.map((bar, second) => {
      const quiet = {
        open: close,
        high: close,
        low: close,
        close,
        volume: '0',
        trades: '0',
        vwap: null,
      };
      const begin = String(START + BigInt(second) * SECOND);
      const same = own.get(begin) ?? { ...bar, ts_event: begin, ...quiet };
      close = same.close;
      return same;
    });
    expect(made).toEqual(by);
    expect(own.size).toBeLessThan(20);
  });
});

describe('by zones and sessions', () => {
  const inChicago = (at: bigint): Temporal.ZonedDateTime =>
    Temporal.Instant.fromEpochNanoseconds(at).toZonedDateTimeISO('America/Chicago');
  const march = { symbols: 'ESH4', start: '2024-03-08', end: '2024-03-14' };
  const own = MARCH.filter(({ at }) => at < parseTimestamp('2024-03-14'));

  it('a day lasts 23 hours when clocks go forward', async () => {
    const made = await bars({ ...march, bucket: 'day', tz: 'America/Chicago' });
    expect(made).toEqual(
      expected(own, (at) => inChicago(at).startOfDay().epochNanoseconds, 'ESH4'),
    );
    const begins = made.map(({ ts_event }) => BigInt(ts_event));
    const hours = begins.slice(1).map((at, index) => Number((at - begins[index]!) / SECOND) / 3600);
    expect(hours).toContain(23);
  });

  it('weeks begin on Monday, months on their first', async () => {
    const utc = (at: bigint) => Temporal.Instant.fromEpochNanoseconds(at).toZonedDateTimeISO('UTC');
    const monday = (at: bigint): bigint => {
      const date = utc(at).toPlainDate();
      return date.subtract({ days: date.dayOfWeek - 1 }).toZonedDateTime('UTC').epochNanoseconds;
    };
    expect(await bars({ ...march, bucket: 'week' })).toEqual(expected(own, monday, 'ESH4'));
    expect(await bars({ ...march, bucket: 'month' })).toEqual(
      expected(own, () => parseTimestamp('2024-03-01'), 'ESH4'),
    );
  });

  const isRegular = (at: bigint): boolean => {
    const time = inChicago(at);
    const minutes = time.hour * 60 + time.minute;
    return time.dayOfWeek <= 5 && minutes >= 510 && minutes < 900;
  };
  const opening = (at: bigint): bigint => inChicago(at).withPlainTime('08:30').epochNanoseconds;

  it('regular hours move with the clocks', async () => {
    const regular = own.filter(({ at }) => isRegular(at));
    expect(await bars({ ...march, bucket: 'session', session: 'rth' })).toEqual(
      expected(regular, opening, 'ESH4'),
    );
    const half = 1800n * SECOND;
    expect(await bars({ ...march, bucket: '30m', session: 'rth' })).toEqual(
      expected(regular, (at) => opening(at) + ((at - opening(at)) / half) * half, 'ESH4'),
    );
  });
});

it('a continuous symbol has one series over its roll', async () => {
  const made = await bars({
    symbols: 'ES.c.0',
    stype_in: 'continuous',
    start: '2024-07-10',
    end: '2024-07-12',
    bucket: 'week',
  });
  expect(made).toHaveLength(1);
  const days = await bars({
    symbols: 'ES.c.0',
    stype_in: 'continuous',
    start: '2024-07-10',
    end: '2024-07-12',
    bucket: '1d',
  });
  expect(days.map((bar) => bar.instrument_id)).toEqual([7, 8]);
  expect(made[0]).toMatchObject({ open: days[0]!.open, close: days[1]!.close, instrument_id: 8 });
});

it('stored bars are taken where they are as long as what is asked for, and all are held', async () => {
  const [from, until] = ['2024-07-20', '2024-07-23'].map(parseTimestamp) as [bigint, bigint];
  const stored = ColumnarBatch.allocate(SCHEMAS['ohlcv-1d'], 3);
  for (let row = 0; row < 3; row++) {
    stored.column('ts_event')[row] = from + BigInt(row) * DAY;
    stored.column('instrument_id')[row] = 7;
    stored.column('ordinal')[row] = row;
    for (const name of ['open', 'high', 'low', 'close']) stored.column(name)[row] = BigInt(row + 1);
    stored.column('volume')[row] = 2n ** 53n + 1n;
  }
  await gateway.store(stored);
  const query = { start: '2024-07-20', end: '2024-07-23' };
  await expect(bars(query)).rejects.toThrow('nothing-held');
  await gateway.hold('ohlcv-1d', 7, from, until);
  const made = await bars(query);
  expect(made).toHaveLength(3);
  expect(made[2]).toMatchObject({
    close: '0.000000003',
    volume: '9007199254740993',
    trades: null,
    vwap: null,
  });
  const [week] = await bars({ ...query, start: '2024-07-22', bucket: 'week', from: 'ohlcv-1d' });
  expect(week).toMatchObject({
    ts_event: String(parseTimestamp('2024-07-22')),
    volume: '9007199254740993',
  });
});

it.each([
  [{ bucket: '7x' }, 400],
  [{ tz: 'Mars/Olympus' }, 400],
  [{ bucket: '90s', from: 'ohlcv-1m' }, 422],
  [{ bucket: 'session', from: 'ohlcv-1d' }, 422],
  [{ bucket: '1s', end: '2025-07-01' }, 422],
  [{ encoding: 'dbn' }, 422],
  [{ symbols: 'NONE' }, 404],
])('refuses %j', async (parameters, status) => {
  const query = { dataset: DATASET, symbols: 'ESU4', start: '2024-07-01', ...parameters };
  const response = await gateway.get(`/v1/bars?${new URLSearchParams(query).toString()}`);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ remedy: expect.stringMatching(/./) });
});

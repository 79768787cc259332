/** Quotes as of trades, against a plain loop over the same records. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ColumnarBatch, parseTimestamp, SCHEMAS } from '@tapeline/records';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { startTestGateway } from './start-test-gateway.js';
import type { TestGateway } from './start-test-gateway.js';

const DAY = parseTimestamp('2024-07-01');
const TRADES = 300;
const QUOTES = 900;

interface Quote {
  readonly at: bigint;
  readonly id: number;
  readonly bid: bigint;
}
interface Record {
  ts_recv: string;
  sequence: number;
  quote_ts: string | null;
  bid_px: string | null;
}

let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;
let seed = 5;
const random = (most: number): number => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((seed / 2_147_483_648) * most);
};
/** Within two seconds, many at the same few nanoseconds. */
const time = (): bigint => DAY + BigInt(random(2_000)) * 1_000_000n + BigInt(random(3));

const trades = Array.from({ length: TRADES }, () => ({ at: time(), id: 7 + random(2) })).toSorted(
  (a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0),
);
const quotes: Quote[] = Array.from({ length: QUOTES }, () => ({ at: time(), id: 7 + random(2) }))
  .toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  .map((quote, index) => ({ ...quote, bid: BigInt(index - 300) }));

beforeAll(async () => {
  [database, nats] = await Promise.all([testDatabase(), testNats()]);
  gateway = await startTestGateway(database, nats);
  await gateway.map('raw_symbol', 'ESU4', 7, '2024-06-01', '2024-08-01');
  await gateway.map('raw_symbol', 'ESZ4', 8, '2024-06-01', '2024-08-01');
  const batch = ColumnarBatch.allocate(SCHEMAS.trades, TRADES);
  trades.forEach(({ at, id }, row) => {
    batch.column('ts_recv')[row] = at;
    batch.column('instrument_id')[row] = id;
    batch.column('ordinal')[row] = row;
    batch.column('sequence')[row] = row;
  });
  await gateway.store(batch);
  const book = ColumnarBatch.allocate(SCHEMAS['mbp-1'], QUOTES);
  quotes.forEach(({ at, id, bid }, row) => {
    book.column('ts_recv')[row] = at;
    book.column('instrument_id')[row] = id;
    book.column('ordinal')[row] = row;
    book.column('bid_px_00')[row] = bid * 1_000_000_000n;
  });
  await gateway.store(book);
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

async function ask(parameters: { [name: string]: string }, status = 206): Promise<Record[]> {
  const query = {
    dataset: 'GLBX.MDP3',
    symbols: 'ESU4,ESZ4',
    start: '2024-07-01',
    fields: 'ts_recv,sequence,quote_ts,bid_px',
    ...parameters,
  };
  const response = await gateway.get(`/v1/asof?${new URLSearchParams(query).toString()}`);
  if (response.status !== status) throw new Error(await response.text());
  return ((await response.json()) as { records: Record[] }).records;
}

it.each([
  ['1h', 3_600_000_000_000n],
  ['2ms', 2_000_000n],
  ['1ns', 1n],
  ['0s', 0n],
])('each trade has the last quote that is no older than %s', async (tolerance, most) => {
  const expected = trades.map(({ at, id }, sequence) => {
    const quote = quotes.findLast((one) => one.id === id && one.at <= at && at - one.at <= most);
    return {
      ts_recv: String(at),
      sequence,
      quote_ts: quote ? String(quote.at) : null,
      bid_px: quote ? `${quote.bid}.000000000` : null,
    };
  });
  expect(await ask({ tolerance })).toEqual(expected);
  // Otherwise the comparison would prove little.
  const found = expected.filter(({ bid_px }) => bid_px !== null).length;
  expect(found).toBeGreaterThan(10);
});

it.each([
  [{ tolerance: '1 day' }, 400],
  [{ quotes: 'trades' }, 400],
  [{ encoding: 'dbn' }, 422],
])('refuses %j', async (parameters, status) => {
  await expect(ask(parameters as { [name: string]: string }, status)).resolves.toBeUndefined();
});

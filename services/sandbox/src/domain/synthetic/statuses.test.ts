import { expect, it } from '@jest/globals';
import { at, collectBatch, idOf, queryOf } from '../collect-records.js';
import { SyntheticMarket } from './synthetic-market.js';

const market = new SyntheticMarket({ seed: 3, tradesPerDay: 50 });

async function statuses(symbol: string, from: string, to: string) {
  const batch = await collectBatch(market, queryOf('status', from, to, [idOf(market, symbol)]));
  const letter = (name: string, row: number) =>
    String.fromCharCode(Number(batch.column(name)[row]));
  return Array.from({ length: batch.length }, (_, row) => [
    Temporal.Instant.fromEpochNanoseconds(batch.column('ts_event')[row] as bigint)
      .toString()
      .slice(0, 16),
    batch.column('action')[row],
    batch.column('reason')[row],
    ['is_trading', 'is_quoting', 'is_short_sell_restricted']
      .map((name) => letter(name, row))
      .join(''),
  ]);
}

it('follows the sessions', async () => {
  expect(await statuses('ESU4', '2024-07-01T22:00Z', '2024-07-03T23:00Z')).toEqual([
    ['2024-07-01T22:00', 7, 1, 'YY~'],
    ['2024-07-02T21:00', 12, 1, 'NN~'],
    ['2024-07-02T21:45', 1, 1, 'NY~'],
    ['2024-07-02T22:00', 7, 1, 'YY~'],
    ['2024-07-03T21:00', 12, 1, 'NN~'],
    ['2024-07-03T21:45', 1, 1, 'NY~'],
    ['2024-07-03T22:00', 7, 1, 'YY~'],
  ]);
});

it('closes a contract when it expires', async () => {
  expect(await statuses('CLQ4', '2024-07-22', '2024-07-24')).toEqual([
    ['2024-07-22T18:30', 12, 5, 'NN~'],
  ]);
});

it('comes shortly after it takes effect', async () => {
  const batch = await collectBatch(market, queryOf('status', '2024-07-01', '2024-07-03'));
  const effective = batch.column('ts_event') as BigUint64Array;
  const late = batch.indexTimestamps().filter((time, row) => time - effective[row]! > 100_000n);
  expect([batch.length > 50, late.length]).toEqual([true, 0]);
  expect(batch.indexTimestamps()[0]! > at('2024-07-01')).toBe(true);
});

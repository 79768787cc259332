import { describe, expect, it } from '@jest/globals';
import { UNDEF_PRICE } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { at, collectBatch, idOf, queryOf } from '../collect-records.js';
import { SAMPLE_SECONDS } from './sampled-batch.js';
import type { SampledSchema } from './sampled-batch.js';
import { SyntheticMarket } from './synthetic-market.js';

// Few trades, so that there are slices that begin without one, and some without any.
const market = new SyntheticMarket({ seed: 11, tradesPerDay: 400 });
const ids = ['ESU4', 'ESZ4', 'NGQ4', 'CLQ4-CLU4'].map((symbol) => idOf(market, symbol));
const [open, end] = ['2024-07-01T22:00Z', '2024-07-02T15:00Z'];

const QUOTE = 'bid_px_00 ask_px_00 bid_sz_00 ask_sz_00 bid_ct_00 ask_ct_00 sequence flags'.split(
  ' ',
);
const SALE = ['ts_event', 'price', 'size', 'side'];
const TRADE = 84;
const NO_SALE = { ts_event: 2n ** 64n - 1n, price: UNDEF_PRICE, size: 0, side: 78 };

type Row = Record<string, bigint | number>;
const rowsOf = (batch: ColumnarBatch, names: readonly string[]): Row[] =>
  Array.from({ length: batch.length }, (_, row) =>
    Object.fromEntries(names.map((name) => [name, batch.column(name)[row]!])),
  );
const pick = (row: Row, names: readonly string[]): Row =>
  Object.fromEntries(names.map((name) => [name, row[name]!]));

/** Samples of one instrument's mbp-1, taken since the session's open. */
function sample(records: readonly Row[], length: bigint): Row[] {
  const intervals = new Map<bigint, Row>();
  let sale: Row = NO_SALE;
  for (const record of records) {
    if (record['action'] === TRADE) sale = pick(record, SALE);
    const close = ((record['ts_recv'] as bigint) / length + 1n) * length;
    const id = record['instrument_id']!;
    intervals.set(close, { ts_recv: close, instrument_id: id, ...sale, ...pick(record, QUOTE) });
  }
  return [...intervals.values()];
}

describe.each(Object.keys(SAMPLE_SECONDS) as SampledSchema[])('%s', (schema) => {
  it('is the last quote and sale of every interval with a change', async () => {
    const length = BigInt(SAMPLE_SECONDS[schema]) * 1_000_000_000n;
    const names = ['ts_recv', 'instrument_id', 'action', ...SALE, ...QUOTE];
    const changes = rowsOf(await collectBatch(market, queryOf('mbp-1', open, end, ids)), names);
    const expected = [...Map.groupBy(changes, (row) => row['instrument_id']).values()]
      .flatMap((own) => sample(own, length))
      .toSorted(
        (a, b) =>
          Number((a['ts_recv'] as bigint) - (b['ts_recv'] as bigint)) ||
          Number(a['instrument_id']) - Number(b['instrument_id']),
      );
    const query = queryOf(schema, open, '2024-07-02T15:00:00.000000001Z', ids);
    const samples = rowsOf(await collectBatch(market, query), Object.keys(expected[0]!));
    expect(samples).toEqual(expected);
    // The cases worth having: nothing sold yet, and a sale of an earlier quarter of an hour.
    expect(samples.filter(({ price }) => price === UNDEF_PRICE).length).toBeGreaterThan(0);
    const slice = (time: bigint) => time / 900_000_000_000n;
    const carried = samples.filter(
      (row) =>
        row['price'] !== UNDEF_PRICE &&
        slice((row['ts_recv'] as bigint) - 1n) > slice(row['ts_event'] as bigint),
    );
    expect(carried.length).toBeGreaterThan(10);
  });

  it('has the sample of a range at its end, and not in the next', async () => {
    const noon = '2024-07-02T14:30Z';
    const times = async (from: string, to: string) =>
      (await collectBatch(market, queryOf(schema, from, to))).indexTimestamps();
    const [before, after] = [await times(open, noon), await times(noon, end)];
    expect(before.at(-1)! < at(noon)).toBe(true);
    expect(after[0]).toBe(at(noon));
  });
});

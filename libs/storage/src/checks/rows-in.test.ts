import { expect, it } from '@jest/globals';
import { recordsOf, SCHEMAS } from '@tapeline/records';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import type { Storage } from '../storage.js';
import { DATASET, headerOf } from '../test-batches.js';
import { eachWithStorage } from '../test-storage.js';
import { writeBatch } from '../write/write-batch.js';
import { at } from './check-fixture.js';
import type { RowRange } from './checked-chunk.js';
import { Parameters } from './parameters.js';
import { rowsIn } from './rows-in.js';
import type { RowSelection } from './rows-in.js';

let storage: Storage;
eachWithStorage(4, (opened) => (storage = opened));

const NOON = at('12:00');

/** A range around noon, in nanoseconds from it. */
const range = (instrumentId: number, start: number, end: number, hasTies = false): RowRange => ({
  instrumentId,
  start: NOON + BigInt(start),
  end: NOON + BigInt(end),
  hasTies,
});

/** Stores a trade for each instrument and nanosecond from noon; its sequence is its position. */
async function store(...records: readonly (readonly [number, number])[]): Promise<void> {
  const batch = recordsOf(
    'trades',
    records.map(([instrument, nanosecond], index) => ({
      instrument_id: instrument,
      ts_recv: NOON + BigInt(nanosecond),
      sequence: index,
    })),
  );
  await writeBatch(storage, headerOf(batch, 'c'), batch);
}

type Selection = Partial<RowSelection> & Pick<RowSelection, 'ranges'>;

async function statement(selection: Selection) {
  const parameters = new Parameters();
  const datasetId = await storage.datasetId(DATASET);
  const rows = rowsIn(parameters, { schema: SCHEMAS.trades, datasetId, ...selection }, [
    't.sequence',
  ]);
  return { text: `SELECT sequence FROM ${rows} AS r ORDER BY sequence`, values: parameters.values };
}

const found = async (selection: Selection): Promise<number[]> =>
  (await storage.pool.query<{ sequence: string }>(await statement(selection))).rows.map((row) =>
    Number(row.sequence),
  );

it('takes the rows of its ranges to the nanosecond', async () => {
  await store([1, -1], [1, 0], [1, 1500], [1, 2500], [1, 2501], [2, 0], [3, 700]);
  expect(await found({ ranges: [range(1, 0, 2500)] })).toEqual([1, 2]);
  expect(await found({ ranges: [range(1, -1, 2501)] })).toEqual([0, 1, 2, 3]);
  expect(await found({ ranges: [range(1, -1, 0), range(1, 1500, 2501), range(2, 0, 1)] })).toEqual([
    0, 2, 3, 5,
  ]);
  expect(await found({ ranges: [range(EVERY_INSTRUMENT, 0, 1501)] })).toEqual([1, 2, 5, 6]);
  expect(await found({ ranges: [range(EVERY_INSTRUMENT, -1, 0), range(3, 0, 1000)] })).toEqual([
    0, 6,
  ]);
  expect(await found({ ranges: [range(1, 0, 2500)], datasetId: 99 })).toEqual([]);
});

it('takes the rows at the very end that are the chunk’s last', async () => {
  await store([1, 0], [1, 5], [1, 5], [2, 5]);
  expect(await found({ ranges: [range(1, 0, 5, true)], firstTie: 2n })).toEqual([0, 2]);
  expect(await found({ ranges: [range(1, 0, 5, true), range(2, 0, 5)], firstTie: 1n })).toEqual([
    0, 1, 2,
  ]);
});

it('leaves out what other chunks hold, of one instrument or of all', async () => {
  await store([1, 0], [1, 5], [1, 6], [2, 0], [2, 5], [3, 3]);
  const ranges = [range(EVERY_INSTRUMENT, 0, 10)];
  expect(await found({ ranges, excluded: [range(1, 0, 5)] })).toEqual([1, 2, 3, 4, 5]);
  expect(await found({ ranges, excluded: [range(1, 0, 5, true), range(3, 0, 9)] })).toEqual([
    2, 3, 4,
  ]);
  expect(
    await found({ ranges, excluded: [range(EVERY_INSTRUMENT, 0, 5), range(2, 5, 6)] }),
  ).toEqual([1, 2]);
});

it('finds few instruments among many by the index', async () => {
  const records = Array.from({ length: 20_000 }, (_, row) => [row % 500, row] as const);
  await store(...records);
  await storage.pool.query('ANALYZE trades');
  for (const ranges of [
    [range(7, 0, 10_000)],
    [range(7, 0, 10_000), range(8, 0, 10_000), range(9, 50, 60)],
  ]) {
    const { text, values } = await statement({ ranges });
    const { rows } = await storage.pool.query<Record<string, string>>(`EXPLAIN ${text}`, values);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(
      /(Index Scan using|Index Only Scan using|Bitmap Index Scan on) trades_p20240701_instrument_id_ts_recv_idx/,
    );
    expect(plan).not.toContain('Seq Scan');
  }
});

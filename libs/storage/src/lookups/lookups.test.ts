import { expect, it } from '@jest/globals';
import { ORDINAL, readString, recordsOf, sampleBatch, SCHEMAS } from '@tapeline/records';
import type { ColumnarBatch, GivenRecord } from '@tapeline/records';
import { compileExpression, EvaluationContext, readValue } from '@tapeline/rules';
import type { ColumnLookup } from '@tapeline/rules';
import type { Storage } from '../storage.js';
import { DATASET, headerOf } from '../test-batches.js';
import { eachWithStorage } from '../test-storage.js';
import { writeBatch } from '../write/write-batch.js';
import { definitionLookup } from './definition-lookup.js';
import { RecordLookups } from './record-lookups.js';
import { symbologyLookup } from './symbology-lookup.js';

let storage: Storage;
eachWithStorage(4, (opened) => (storage = opened));

let batches = 0;
const define = async (...records: GivenRecord[]): Promise<void> => {
  const batch = recordsOf('definition', records);
  await writeBatch(storage, headerOf(batch, `d${batches++}`), batch);
};
const tick = (instrument: number, time: string, price: string, more: GivenRecord = {}) => ({
  instrument_id: instrument,
  ts_recv: time,
  min_price_increment: price,
  ...more,
});
const trades = (...records: readonly (readonly [number, string | bigint])[]) =>
  recordsOf(
    'trades',
    records.map(([instrument, time]) => ({ instrument_id: instrument, ts_recv: time, price: '1' })),
  );

/** The value of `definition.min_price_increment` for each record, as an expression sees it. */
function ticks(lookup: ColumnLookup, batch: ColumnarBatch): unknown[] {
  const scope = { schema: batch.schema, lookups: { definition: SCHEMAS.definition } };
  const context = new EvaluationContext({ lookups: { definition: lookup } });
  const vector = compileExpression('definition.min_price_increment', scope).evaluate(
    batch,
    context,
  );
  return Array.from({ length: batch.length }, (_, row) => readValue(vector, row));
}

const UNIT = 10_000_000n;
const TICK = { columns: ['min_price_increment'] };

it('takes the latest definition up to the end of the record’s day', async () => {
  await define(
    tick(1, '2024-07-01T00:00', '0.01'),
    tick(1, '2024-07-01T23:59:59.999999999', '0.02'),
    tick(1, '2024-07-02T00:00', '0.03'),
    tick(2, '2024-07-03T12:00', '0.04'),
  );
  const batch = trades(
    [1, '2024-06-30T23:59:59.999999999'],
    [1, '2024-07-01T00:00'],
    [1, '2024-07-01T23:59:59.999999999'],
    [2, '2024-07-02T23:59:59.999999999'],
    [1, '2024-07-02T00:00'],
    // Before its definition came, but on the same day.
    [2, '2024-07-03T00:00'],
    [1, '2024-08-09T00:00'],
    [3, '2024-07-03T00:00'],
    [1, 2n ** 64n - 1n],
  );
  const lookup = definitionLookup(storage, TICK);
  const found = [null, 2n, 2n, null, 3n, 4n, 3n, null, null];
  const expected = found.map((units) => (units === null ? null : units * UNIT));
  expect(ticks(await lookup.forBatch(DATASET, batch), batch)).toEqual(expected);
  expect(ticks(await lookup.forBatch('XNAS.ITCH', batch), batch)).toEqual(found.map(() => null));
});

it('forgets a deleted instrument after its last day, and takes the first leg of a spread', async () => {
  await define(
    tick(1, '2024-07-01T00:00', '0.01'),
    tick(1, '2024-07-01T12:00', '0.02', { security_update_action: 'D' }),
    ...[1, 0, 2].map((leg) => tick(2, '2024-07-01T00:00', `0.0${leg + 5}`, { leg_index: leg })),
  );
  const batch = trades([1, '2024-07-01T10:00'], [2, '2024-07-01T10:00'], [1, '2024-07-02T00:00']);
  const lookup = await definitionLookup(storage, TICK).forBatch(DATASET, batch);
  expect(ticks(lookup, batch)).toEqual([2n * UNIT, 5n * UNIT, null]);
});

it('gives every column exactly, unset values as their sentinels', async () => {
  const definitions = sampleBatch(SCHEMAS.definition, 12);
  definitions.column('leg_index').fill(0 as never);
  definitions.column('security_update_action').fill(65 as never);
  definitions.column('instrument_id').forEach((_, row, ids) => (ids[row] = row as never));
  // Expressions are asked about records of the definitions' own instruments and times.
  await writeBatch(storage, headerOf(definitions, 'd'), definitions);
  const lookup = await definitionLookup(storage, {
    columns: SCHEMAS.definition.columns.map(({ name }) => name),
  }).forBatch(DATASET, definitions);
  for (const column of SCHEMAS.definition.columns) {
    if (column.name === ORDINAL) continue;
    const { data, unknown } = lookup.column(column, definitions);
    expect([column.name, unknown]).toEqual([column.name, undefined]);
    const read = (from: typeof data): unknown[] =>
      Array.from({ length: 12 }, (_, row) =>
        column.type === 'string' ? readString(from as Uint8Array, column.width, row) : from[row],
      );
    expect([column.name, read(data)]).toEqual([column.name, read(definitions.column(column.name))]);
  }
});

it('asks the database once for a batch, and not at all for what it remembers', async () => {
  await define(tick(1, '2024-07-01T00:00', '0.01'), tick(2, '2024-07-01T00:00', '0.02'));
  let queries = 0;
  const counting = Object.create(storage, {
    pool: {
      value: {
        query: (...given: unknown[]) => {
          queries++;
          return storage.pool.query(...(given as [string]));
        },
      },
    },
  }) as Storage;
  let now = 0;
  const lookup = definitionLookup(counting, {
    ...TICK,
    most: 2,
    lifetime: 1000,
    now: () => now,
  });
  const ask = async (...ids: number[]): Promise<[unknown[], number]> => {
    queries = 0;
    const batch = trades(...ids.map((id) => [id, '2024-07-01T10:00'] as const));
    return [ticks(await lookup.forBatch(DATASET, batch), batch), queries];
  };
  expect(await ask(1, 2, 3, 1)).toEqual([[UNIT, 2n * UNIT, null, UNIT], 1]);
  // Two are remembered: those that were used last.
  expect(lookup.size).toBe(2);
  expect(await ask(3, 2)).toEqual([[null, 2n * UNIT], 0]);
  expect(await ask(1)).toEqual([[UNIT], 1]);
  expect(await ask(3)).toEqual([[null], 1]);

  await define(tick(3, '2024-07-01T01:00', '0.03'));
  now = 999;
  expect(await ask(3)).toEqual([[null], 0]);
  now = 1000;
  expect(await ask(3)).toEqual([[3n * UNIT], 1]);
});

it('answers for records taken from its batch, and knows nothing of others', async () => {
  await define(tick(1, '2024-07-01T00:00', '0.01'), tick(2, '2024-07-01T00:00', '0.02'));
  const batch = trades([1, '2024-07-01T10:00'], [3, '2024-07-01T10:00'], [2, '2024-07-01T10:00']);
  const lookup = await definitionLookup(storage, TICK).forBatch(DATASET, batch);
  const taken = batch.take(Uint32Array.of(2, 0));
  const other = trades([2, '2024-07-02T10:00']);
  expect(ticks(lookup, batch)).toEqual([UNIT, null, 2n * UNIT]);
  expect(ticks(lookup, taken)).toEqual([2n * UNIT, UNIT]);
  expect(ticks(lookup, other)).toEqual([null]);
  expect(ticks(lookup, batch)).toEqual([UNIT, null, 2n * UNIT]);
});

it('knows the raw symbol of the day', async () => {
  const rows = [
    ['raw_symbol', 'ESU4', 1, '2024-07-01', '2024-07-02'],
    ['raw_symbol', 'NQU4', 1, '2024-07-02', '2024-07-03'],
    ['continuous', 'ES.c.0', 1, '2024-07-01', '2024-07-05'],
    ['raw_symbol', 'B', 2, '2024-07-01', '2024-07-09'],
    ['raw_symbol', 'A', 2, '2024-07-01', '2024-07-09'],
  ];
  for (const row of rows) {
    await storage.pool.query('INSERT INTO symbology VALUES ($1, $2, $3, $4, $5, $6)', [
      DATASET,
      ...row,
    ]);
  }
  const batch = trades(
    [1, '2024-07-01T23:59:59.999999999'],
    [1, '2024-07-02T00:00'],
    [1, '2024-07-03T00:00'],
    [2, '2024-07-01T00:00'],
  );
  const column = SCHEMAS.definition.columns.find(({ name }) => name === 'raw_symbol')!;
  const lookup = await symbologyLookup(storage).forBatch(DATASET, batch);
  const { data, unknown } = lookup.column(column, batch);
  const symbols = [0, 1, 2, 3].map((row) => readString(data as Uint8Array, column.width, row));
  expect(symbols).toEqual(['ESU4', 'NQU4', '', 'A']);
  expect(unknown).toEqual(Uint8Array.of(0, 0, 1, 0));
});

it('opens the look-ups that rules ask for, and no others', async () => {
  await define(tick(1, '2024-07-01T00:00', '0.01'));
  await storage.pool.query(
    `INSERT INTO symbology VALUES ($1, 'raw_symbol', 'ESU4', 1, '2024-07-01', '2024-07-02')`,
    [DATASET],
  );
  const batch = trades([1, '2024-07-01T10:00']);
  const lookups = new RecordLookups(storage);
  expect(await lookups.forBatch(DATASET, batch, {})).toEqual({});
  const asked = { definition: ['min_price_increment'], symbology: ['raw_symbol'] };
  const { definition, symbology } = await lookups.forBatch(DATASET, batch, asked);
  expect(ticks(definition!, batch)).toEqual([UNIT]);
  const column = SCHEMAS.definition.columns.find(({ name }) => name === 'raw_symbol')!;
  const { data } = symbology!.column(column, batch);
  expect(readString(data as Uint8Array, column.width, 0)).toBe('ESU4');
});

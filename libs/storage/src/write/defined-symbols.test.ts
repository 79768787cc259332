import { expect, it } from '@jest/globals';
import { ColumnarBatch, SCHEMAS } from '@tapeline/records';
import { keepSymbology, readUnnamed } from '../planning/index.js';
import type { Storage } from '../storage.js';
import { DATASET, DAY, DAY_START, headerOf } from '../test-batches.js';
import { writeBatch } from './write-batch.js';
import { eachWithStorage } from '../test-storage.js';

let storage: Storage;

eachWithStorage(2, (opened) => (storage = opened));

let batches = 0;

/** Stores definitions of symbols, given as `day symbol id action`. */
async function define(...lines: string[]): Promise<void> {
  const batch = ColumnarBatch.allocate(SCHEMAS.definition, lines.length);
  const { width } = SCHEMAS.definition.columns.find(({ name }) => name === 'raw_symbol')!;
  lines.forEach((line, row) => {
    const [day = '', symbol = '', id = '', action = 'A'] = line.split(' ');
    batch.column('ts_recv')[row] = DAY_START + BigInt(day) * DAY;
    batch.column('instrument_id')[row] = Number(id);
    batch.column('security_update_action')[row] = action.codePointAt(0)!;
    batch.column('ordinal')[row] = row;
    (batch.column('raw_symbol') as Uint8Array).set(Buffer.from(symbol), row * width);
  });
  await writeBatch(storage, headerOf(batch, 'definitions', batches++), batch);
}

async function symbology(): Promise<string[]> {
  const { rows } = await storage.pool.query<{ line: string }>(
    `SELECT concat_ws(' ', symbol, instrument_id, d0, d1) AS line FROM symbology
      WHERE dataset = $1 AND stype_in = 'raw_symbol' ORDER BY 1`,
    [DATASET],
  );
  return rows.map((row) => row.line);
}

it('keeps the symbol of each day; days in a row are one interval', async () => {
  await define('0 ESU4 1', '0 ESZ4 2', '0 ESU4 1 M', '0 ESH5 3 D');
  await define('1 ESU4 1', '1 ESZ4 4');
  await define('1 ESU4 1');
  await define('3 ESU4 1');
  expect(await symbology()).toEqual([
    'ESU4 1 2024-07-01 2024-07-03',
    'ESU4 1 2024-07-04 2024-07-05',
    'ESZ4 2 2024-07-01 2024-07-02',
    'ESZ4 4 2024-07-02 2024-07-03',
  ]);
});

it('adds nothing to what Databento resolved for longer', async () => {
  const resolved = { stypeIn: 'raw_symbol', symbol: 'ESU4', instrumentId: 1 } as const;
  await keepSymbology(storage, DATASET, [{ ...resolved, d0: '2024-06-01', d1: '2024-09-01' }]);
  await define('0 ESU4 1');
  expect(await symbology()).toEqual(['ESU4 1 2024-06-01 2024-09-01']);
});

it('tells the instruments that have no symbol on some day', async () => {
  await define('0 ESU4 1', '0 ESZ4 2');
  await define('1 ESU4 1', '2 ESZ4 2');
  const unnamed = (d0: string, d1: string) => readUnnamed(storage, DATASET, [1, 2, 3], d0, d1);
  expect(await unnamed('2024-07-01', '2024-07-02')).toEqual([3]);
  expect(await unnamed('2024-07-01', '2024-07-03')).toEqual([2, 3]);
  expect(await unnamed('2024-07-01', '2024-07-04')).toEqual([1, 2, 3]);
});

import { expect, it } from '@jest/globals';
import {
  ColumnarBatch,
  decodeArrow,
  derivedColumn,
  encodeArrow,
  extendSchema,
  SCHEMAS,
} from '@tapeline/records';
import { chunkOf, eventOf, savePlan } from '../jobs/job-fixture.js';
import { projectEvent } from '../jobs/project-event.js';
import { settleChunk } from '../jobs/settle-chunk.js';
import type { Storage } from '../storage.js';
import { DAY_START, headerOf, trades } from '../test-batches.js';
import { eachWithStorage } from '../test-storage.js';
import { readDerivedColumns } from '../schema/derived-columns.js';
import { writeBatch } from './write-batch.js';

let storage: Storage;
eachWithStorage(2, (opened) => (storage = opened));

/** Trades with a column that rules derive, as they come over the bus. */
function derived(): ColumnarBatch {
  const column = derivedColumn('notional', 'price', 'price times size');
  const schema = extendSchema(SCHEMAS.trades, [column]);
  const batch = ColumnarBatch.allocate(schema, 2);
  batch.column('ts_recv').fill(DAY_START as never);
  batch.column('instrument_id').fill(1 as never);
  batch.column('ordinal')[1] = 1;
  batch.column('notional')[0] = 123_456_789n;
  batch.column('notional')[1] = column.nullValue!;
  return decodeArrow(encodeArrow(batch)).batch;
}

const notional = async (): Promise<(string | null)[]> => {
  const { rows } = await storage.pool.query<{ notional: string | null }>(
    'SELECT notional FROM trades ORDER BY notional',
  );
  return rows.map((row) => row.notional);
};

it('gives the table the columns that rules derive; older rows have none of their values', async () => {
  await writeBatch(storage, headerOf(trades(1), 'plain'), trades(1));
  await writeBatch(storage, headerOf(derived(), 'derived', 1), derived());
  expect(await notional()).toEqual(['123456789', null, null]);
});

it('says of each column what it holds, and refuses values of another kind', async () => {
  await writeBatch(storage, headerOf(derived(), 'derived'), derived());
  const [column, ...rest] = await readDerivedColumns(storage.pool, SCHEMAS.trades);
  expect([column, rest]).toEqual([derivedColumn('notional', 'price', 'price times size'), []]);
  const counts = extendSchema(SCHEMAS.trades, [derivedColumn('notional', 'int', 'a count')]);
  const batch = ColumnarBatch.allocate(counts, 1);
  batch.column('ts_recv').fill(DAY_START as never);
  await expect(writeBatch(storage, headerOf(batch, 'counts'), batch)).rejects.toThrow(
    'column notional of trades holds values of kind price, and the rules now derive int',
  );
});

it('gives them to records that wait to replace others, too', async () => {
  const old = chunkOf('old');
  await savePlan(storage, 'j', [old]);
  await writeBatch(storage, headerOf(trades(1), 'old'), trades(1));
  await projectEvent(storage, eventOf.chunkFetched('j', 'old', 1));
  await settleChunk(storage, 'old');
  const request = { ...old.request, replaces: 'test' };
  await savePlan(storage, 'k', [{ ...old, chunkId: 'new', request }]);
  await writeBatch(storage, headerOf(derived(), 'new'), derived());
  await projectEvent(storage, eventOf.chunkFetched('k', 'new', 2));
  await settleChunk(storage, 'new');
  expect(await notional()).toEqual(['123456789', null]);
});

import { expect, it } from '@jest/globals';
import type { ColumnarBatch } from '@tapeline/records';
import type { Storage } from '../storage.js';
import { DATASET, headerOf, trades } from '../test-batches.js';
import { eachWithStorage } from '../test-storage.js';
import { writeBatch } from '../write/write-batch.js';
import { contentChecksum, instrumentChecksums } from './content-checksum.js';
import { heldTables } from './held-tables.js';
import type { HeldTable } from './held-tables.js';

let storage: Storage;
eachWithStorage(4, (opened) => (storage = opened));

const tableOf = async (name: string): Promise<HeldTable> =>
  (await heldTables(storage.pool)).find((table) => table.name === name)!;

/** Twenty trades of two instruments in turn. */
function sample(): ColumnarBatch {
  const batch = trades(20);
  for (let row = 0; row < 20; row++) batch.column('instrument_id')[row] = 1 + (row % 2);
  return batch;
}

const store = (batch: ColumnarBatch, chunk = 'chunk'): Promise<unknown> =>
  writeBatch(storage, headerOf(batch, chunk), batch);
const empty = (): Promise<unknown> => storage.pool.query('TRUNCATE trades, ledger');
const sum = async () => contentChecksum(storage.pool, await tableOf('trades'));

it('is the same in any order, in other partitions, and under another number of the dataset', async () => {
  await store(sample());
  const before = await sum();
  expect(before.rows).toBe(20n);
  await storage.pool.query(`
    CREATE TABLE copy AS SELECT * FROM trades ORDER BY ordinal DESC;
    TRUNCATE trades;
    UPDATE dataset SET id = 77;
    UPDATE copy SET dataset_id = 77;
    INSERT INTO trades SELECT * FROM copy`);
  expect(await sum()).toEqual(before);
  const copied = await contentChecksum(storage.pool, await tableOf('copy'));
  expect(copied).toEqual(before);
});

it('does not depend on the settings of the session', async () => {
  await store(sample());
  const before = await sum();
  const client = await storage.pool.connect();
  try {
    await client.query(`SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'SQL, DMY'`);
    expect(await contentChecksum(client, await tableOf('trades'))).toEqual(before);
    await client.query('RESET ALL');
  } finally {
    client.release();
  }
});

it.each([
  ['a nanosecond', 'UPDATE trades SET ts_recv_ns = 1 WHERE ordinal = 7'],
  ['a price of 1e-9', 'UPDATE trades SET price = 1 WHERE ordinal = 7'],
  ['nothing where there was zero', 'UPDATE trades SET price = NULL WHERE ordinal = 7'],
  ['values exchanged between columns', 'UPDATE trades SET sequence = ordinal, ordinal = sequence'],
  ['a row for another', 'UPDATE trades SET ordinal = 8 WHERE ordinal = 7'],
])('is another one for %s', async (_, change) => {
  await store(sample());
  const before = await sum();
  await storage.pool.query(change);
  const after = await sum();
  expect(after.rows).toBe(before.rows);
  expect(after.checksum).not.toBe(before.checksum);
});

it('counts two equal rows twice', async () => {
  await store(sample());
  await storage.pool.query('INSERT INTO trades SELECT * FROM trades');
  const twice = await sum();
  await empty();
  await store(sample());
  const { checksum } = await sum();
  expect(twice).toEqual({ rows: 40n, checksum: String(2n * BigInt(checksum)) });
});

it('tells the instruments apart, and they sum up to the whole', async () => {
  await store(sample());
  const table = await tableOf('trades');
  const before = await instrumentChecksums(storage.pool, table);
  expect(before).toMatchObject([
    { dataset: DATASET, instrumentId: 1n, rows: 10n },
    { dataset: DATASET, instrumentId: 2n, rows: 10n },
  ]);
  const total = before.reduce((sum, { checksum }) => sum + BigInt(checksum), 0n);
  expect((await sum()).checksum).toBe(String(total));

  await storage.pool.query('UPDATE trades SET price = 5 WHERE ordinal = 7');
  const after = await instrumentChecksums(storage.pool, table);
  expect(after[0]).toEqual(before[0]);
  expect(after[1]!.checksum).not.toBe(before[1]!.checksum);
});

it('leaves out the columns that do not count', async () => {
  await store(sample());
  const ledger = await tableOf('ledger');
  const options = { without: ['written_at'] };
  const before = await contentChecksum(storage.pool, ledger, options);
  await storage.pool.query("UPDATE ledger SET written_at = written_at + INTERVAL '1 hour'");
  expect(await contentChecksum(storage.pool, ledger, options)).toEqual(before);
  expect(await contentChecksum(storage.pool, ledger)).not.toEqual(before);
});

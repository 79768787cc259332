import { beforeAll, afterAll, expect, it } from '@jest/globals';
import { CopyDecoder, copyOutList, sampleBatch, SCHEMAS } from '@tapeline/records';
import type { ColumnarBatch, SchemaName } from '@tapeline/records';
import { testDatabase } from '@tapeline/testing';
import type { TestDatabase } from '@tapeline/testing';
import { to as copyTo } from 'pg-copy-streams';
import { migrate } from '../schema/migrate.js';
import { Storage } from '../storage.js';
import { headerOf } from '../test-batches.js';
import { writeBatch } from '../write/write-batch.js';

let database: TestDatabase;
let storage: Storage;
beforeAll(async () => {
  database = await testDatabase();
  await migrate(database.url);
  storage = Storage.open({ url: database.url, connections: 2 });
});
afterAll(async () => {
  await storage.close();
  await database.drop();
});

/** The table's rows as the server sends them. */
async function copyOut(name: SchemaName): Promise<Buffer> {
  const schema = SCHEMAS[name];
  const client = await storage.pool.connect();
  try {
    const text = `COPY (SELECT ${copyOutList(schema)} FROM ${schema.table} t ORDER BY ordinal) TO STDOUT (FORMAT binary)`;
    return Buffer.concat(await client.query(copyTo(text)).toArray());
  } finally {
    client.release();
  }
}

function decode(name: SchemaName, bytes: Buffer, piece: number): ColumnarBatch[] {
  const decoder = new CopyDecoder(SCHEMAS[name], 7);
  const batches: ColumnarBatch[] = [];
  for (let at = 0; at < bytes.length; at += piece) {
    batches.push(...decoder.push(bytes.subarray(at, at + piece)));
  }
  const last = decoder.finish();
  return last ? [...batches, last] : batches;
}

it.each(Object.values(SCHEMAS))('$name comes back as it was stored', async (schema) => {
  const batch = sampleBatch(schema, 20);
  batch.indexTimestamps().forEach((time, row, times) => {
    // What no table takes.
    times[row] = row < 3 ? BigInt(row) + 1n : time >> 1n;
  });
  await writeBatch(storage, headerOf(batch, schema.name), batch);
  const bytes = await copyOut(schema.name);
  for (const piece of [1, 13, bytes.length]) {
    const batches = decode(schema.name, bytes, piece);
    expect(batches.map(({ length }) => length)).toEqual([7, 7, 6]);
    for (const { name } of schema.columns) {
      const whole = batches.flatMap((part) => [...part.column(name)] as (bigint | number)[]);
      expect([name, whole]).toEqual([name, [...batch.column(name)]]);
    }
  }
});

it('notices rows that were cut, and rows of another table', async () => {
  const bytes = await copyOut('trades');
  expect(() => decode('trades', bytes.subarray(0, -1), 100)).toThrow('were cut');
  expect(() => decode('tbbo', bytes, 100)).toThrow('fields');
});

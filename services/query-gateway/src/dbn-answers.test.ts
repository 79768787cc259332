import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DbnDecoder } from '@tapeline/dbn';
import { parseTimestamp, sampleBatch, SCHEMAS } from '@tapeline/records';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { DATASET, startTestGateway, tradesBatch } from './start-test-gateway.js';
import type { TestGateway } from './start-test-gateway.js';

const DAY = parseTimestamp('2024-07-01');
let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;

beforeAll(async () => {
  database = await testDatabase();
  nats = await testNats();
  gateway = await startTestGateway(database, nats);
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

/** The answer read as any client reads a DBN file: a cut one would not come to its end. */
async function read(parameters: Record<string, string>) {
  const response = await gateway.get(gateway.timeseries({ ...parameters, encoding: 'dbn' }));
  expect([response.status, response.headers.get('content-type')]).toEqual([
    206,
    'application/vnd.databento.dbn',
  ]);
  const decoder = new DbnDecoder();
  const batches = decoder.push(new Uint8Array(await response.arrayBuffer()));
  decoder.finish();
  return { metadata: decoder.metadata!, batches };
}

describe.each(Object.values(SCHEMAS))('$name', (schema) => {
  it('comes as DBN with every value as it was stored', async () => {
    const batch = sampleBatch(schema, 40);
    const times = batch.indexTimestamps();
    for (let row = 0; row < batch.length; row++) times[row] = DAY + BigInt(row) * 1_001n;
    (batch.column('instrument_id') as Uint32Array).fill(9);
    await gateway.store(batch);
    const { metadata, batches } = await read({
      schema: schema.name,
      stype_in: 'instrument_id',
      symbols: '9',
    });
    expect(metadata).toMatchObject({ version: 3, dataset: DATASET, schema: schema.code });
    expect(batches).toHaveLength(1);
    const columns = batches[0]!.columns();
    for (const { name } of schema.columns) {
      expect([name, columns.column(name)]).toEqual([name, batch.column(name)]);
    }
  });
});

it('carries what was asked, how symbols resolved, and groups of records in their order', async () => {
  const rows = Array.from({ length: 700 }, (_, row) => {
    return { tsRecv: DAY + BigInt(row), instrumentId: 77, ordinal: row, sequence: row };
  });
  await gateway.store(tradesBatch(rows));
  await gateway.map('raw_symbol', 'ESH4', 77, '2024-07-01', '2024-07-02');
  const { metadata, batches } = await read({ symbols: 'ESH4', end: '2024-07-03', limit: '650' });
  expect(metadata).toMatchObject({
    start: DAY,
    end: parseTimestamp('2024-07-03'),
    limit: 650n,
    stypeIn: 'raw_symbol',
    stypeOut: 'instrument_id',
    symbols: ['ESH4'],
    partial: ['ESH4'],
    notFound: [],
    mappings: [
      {
        rawSymbol: 'ESH4',
        intervals: [{ startDate: '2024-07-01', endDate: '2024-07-02', symbol: '77' }],
      },
    ],
  });
  const sequences = batches.flatMap((batch) => [...(batch.column('sequence') as Uint32Array)]);
  expect(sequences).toEqual(rows.slice(0, 650).map(({ sequence }) => sequence));
  expect((await read({ symbols: 'ESH4' })).metadata.partial).toEqual([]);
});

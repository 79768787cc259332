import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeBatchHeader } from '@tapeline/contracts';
import type { BatchHeader } from '@tapeline/contracts';
import { encodeArrow, sampleBatch, SCHEMAS } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { BatchWriter, migrate, Storage } from '@tapeline/storage';
import { testDatabase } from '@tapeline/testing';
import type { TestDatabase } from '@tapeline/testing';
import { storeMessage } from './store-message.js';
import { whyRefused } from './why-refused.js';

let database: TestDatabase;
let storage: Storage;
let batches: BatchWriter;

beforeAll(async () => {
  database = await testDatabase();
  await migrate(database.url);
  storage = Storage.open({ url: database.url, connections: 2 });
  batches = new BatchWriter(storage, { transactions: 2 });
});
afterAll(async () => {
  await storage.close();
  await database.drop();
});

const headerOf = (chunk: string, changes: Partial<BatchHeader> = {}): BatchHeader => ({
  job_id: 'j',
  attempt: 1,
  chunk_id: chunk,
  batch_id: `${chunk}.0`,
  dataset: 'GLBX.MDP3',
  schema: 'ohlcv-1d',
  dbn_version: 1,
  ts_out: false,
  first_ordinal: 0,
  fetched: 6,
  filtered: 0,
  quarantined: 0,
  sha256: '0'.repeat(64),
  rules_version: 't.v',
  part: 'stored',
  ...changes,
});

/** Bars a day apart. */
function bars(length: number): ColumnarBatch {
  const batch = sampleBatch(SCHEMAS['ohlcv-1d'], length);
  batch.indexTimestamps().forEach((_, row, times) => {
    times[row] = 1_719_792_000_000_000_000n + BigInt(row) * 86_400_000_000_000n;
  });
  return batch;
}

/** A message as the bus hands it on: headers as text, bytes at any alignment. */
function messageOf(header: Record<string, string>, payload: Uint8Array) {
  const data = new Uint8Array(payload.length + 1).subarray(1);
  data.set(payload);
  return { data, header: (name: string) => header[name] };
}

async function held(
  chunk: string,
): Promise<{ rows: number; ledger: unknown[]; refused: unknown[] }> {
  const { rows } = await storage.pool.query<{ rows: number }>(
    'SELECT count(*)::int AS rows FROM ohlcv_1d',
  );
  const { rows: ledger } = await storage.pool.query(
    'SELECT part, stored, quarantined, filtered FROM ledger WHERE chunk_id = $1 ORDER BY part',
    [chunk],
  );
  const { rows: refused } = await storage.pool.query(
    'SELECT ordinal, rule, reason FROM quarantine WHERE chunk_id = $1 ORDER BY ordinal',
    [chunk],
  );
  return { rows: rows[0]!.rows, ledger, refused };
}

it('stores accepted and refused records of a batch, however often they come', async () => {
  const batch = bars(6);
  const accepted = headerOf('whole', { filtered: 1, quarantined: 2 });
  const refused: BatchHeader = { ...accepted, part: 'quarantined.0' };
  const messages = [
    messageOf(writeBatchHeader(accepted), encodeArrow(batch.take(Uint32Array.of(0, 2, 3)))),
    messageOf(
      writeBatchHeader(refused),
      encodeArrow(batch.take(Uint32Array.of(1, 5)), {
        rule: ['high_low', 'spike'],
        reason: ['high below low', 'ß'],
      }),
    ),
  ];
  for (const message of [...messages, ...messages]) await storeMessage(storage, batches, message);
  expect(await storeMessage(storage, batches, messages[0]!)).toEqual(accepted);
  expect(await storeMessage(storage, batches, messages[1]!)).toEqual(refused);
  expect(await held('whole')).toEqual({
    rows: 3,
    ledger: [
      { part: 'quarantined.0', stored: 0, quarantined: 2, filtered: 0 },
      { part: 'stored', stored: 3, quarantined: 0, filtered: 1 },
    ],
    refused: [
      { ordinal: '1', rule: 'high_low', reason: 'high below low' },
      { ordinal: '5', rule: 'spike', reason: 'ß' },
    ],
  });
});

describe('a message that is not what it should be is refused for good, and nothing is stored:', () => {
  const good = encodeArrow(bars(6));
  const withoutReasons: BatchHeader = headerOf('bad', { quarantined: 6, part: 'quarantined.0' });
  const withoutJob = Object.fromEntries(
    Object.entries(writeBatchHeader(headerOf('bad'))).filter(([name]) => name !== 'Tapeline-Job'),
  );
  it.each([
    ['no headers', {}, good, 'bad_header'],
    ['no job', withoutJob, good, 'bad_header'],
    [
      'a negative count',
      { ...writeBatchHeader(headerOf('bad')), 'Tapeline-Filtered': '-1' },
      good,
      'bad_header',
    ],
    ['no Arrow', writeBatchHeader(headerOf('bad')), Buffer.from('x'.repeat(99)), 'arrow_mismatch'],
    ['Arrow cut short', writeBatchHeader(headerOf('bad')), good.subarray(0, -99), 'arrow_mismatch'],
    ['an empty payload', writeBatchHeader(headerOf('bad')), new Uint8Array(0), 'arrow_mismatch'],
    [
      'records of another schema',
      writeBatchHeader(headerOf('bad', { schema: 'ohlcv-1h' })),
      good,
      'batch_mismatch',
    ],
    ['records missing', writeBatchHeader(headerOf('bad', { fetched: 7 })), good, 'batch_mismatch'],
    ['no reasons', writeBatchHeader(withoutReasons), good, 'batch_mismatch'],
  ])('%s', async (_, header, payload, code) => {
    const before = await held('bad');
    const error: unknown = await storeMessage(storage, batches, messageOf(header, payload)).catch(
      (thrown: unknown) => thrown,
    );
    expect(whyRefused(error, 'bad_header')?.code).toBe(code);
    expect(await held('bad')).toEqual(before);
  });
});

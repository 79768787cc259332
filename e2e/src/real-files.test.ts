/**
 * Real files through the whole path: what the gateway answers equals what an independent decoder says
 * the file contains, value by value.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parsePrice, SCHEMA_NAMES, SCHEMAS } from '@tapeline/records';
import type { SchemaDescription, SchemaName } from '@tapeline/records';
import { describeWithTestdata, hasTestdata, testdataPath } from '@tapeline/testing';
import { asAnswer, readExpected, readIndex, sortFiles } from './expected-records.js';
import type { Answer, IndexEntry, Summary } from './expected-records.js';
import { StackClient } from './stack-client.js';

const { stored, copies, empty, refused } = sortFiles(hasTestdata ? readIndex() : []);

/** Totals of trades and quotes, prices where there are any; of other kinds of record there are none. */
function totals(schema: SchemaDescription, records: readonly Answer[]): Partial<Summary> {
  if (!schema.columns.some(({ name }) => name === 'size')) return {};
  const prices = records
    .map((record) => record['price'])
    .filter((price) => price !== null)
    .map((price) => parsePrice(String(price)));
  const sizes = records.map((record) => Number(record['size']));
  return {
    last_ts_recv: String(records.at(-1)!['ts_recv']),
    sum_price: String(prices.reduce((a, b) => a + b, 0n)),
    sum_size: sizes.reduce((a, b) => a + b, 0),
  };
}

/** What the independent decoder counted over a long trade or quote file. */
function readSummary({ summary, schema }: IndexEntry): Summary | undefined {
  if (summary === undefined || schema === 'definition') return undefined;
  const { last_ts_recv, sum_price, sum_size } = JSON.parse(
    readFileSync(testdataPath(summary), 'utf8'),
  ) as Summary;
  return { last_ts_recv, sum_price, sum_size };
}

/** The stored records between the first and the last expected one, as the gateway answers. */
async function ask(
  client: StackClient,
  entry: IndexEntry,
  schema: SchemaDescription,
  expected: readonly Answer[],
  last: string,
): Promise<Answer[]> {
  const records = await client.records({
    dataset: entry.dataset!,
    schema: schema.name,
    stype_in: 'instrument_id',
    symbols: [...new Set(expected.map((answer) => answer['instrument_id']))].join(','),
    start: String(expected[0]![schema.indexColumn]),
    end: String(BigInt(last) + 1n),
  });
  for (const record of records) delete record['symbol'];
  return records;
}

// One stack for each version: the same records come in several of them.
for (const version of [1, 2, 3]) {
  describeWithTestdata(`real files of DBN version ${version}`, () => {
    let client: StackClient;
    beforeAll(async () => {
      client = await StackClient.start(`files-v${version}`);
    });
    afterAll(() => client?.stop());

    const ofVersion = (entry: IndexEntry): boolean => entry.version === version;
    it.each(stored.filter(ofVersion))('$path', async (entry) => {
      const schema = SCHEMAS[entry.schema as SchemaName];
      const job = await client.run({ file: testdataPath(entry.path) });
      expect(job).toMatchObject({
        state: 'completed',
        fetched: entry.records,
        stored: entry.records,
        holds: true,
      });
      const expected = readExpected(entry).map((record) => asAnswer(schema, record));
      const summary = readSummary(entry);
      const last = summary?.last_ts_recv ?? String(expected.at(-1)![schema.indexColumn]);
      const found = await ask(client, entry, schema, expected, last);
      expect(found).toHaveLength(entry.records);
      expect(found.slice(0, expected.length)).toEqual(expected);
      expect(totals(schema, found)).toEqual(summary ?? totals(schema, expected));
    });

    it('stores nothing when the same records come again', async () => {
      const again = copies.filter(ofVersion);
      expect(again).not.toEqual([]);
      for (const entry of again) {
        const { table } = SCHEMAS[entry.schema as SchemaName];
        const before = await client.count(table);
        const job = await client.run({ file: testdataPath(entry.path) });
        expect([entry.path, job.state, job.stored, job.reason]).toEqual([
          entry.path,
          'completed',
          0,
          'already_held',
        ]);
        expect(await client.count(table)).toBe(before);
      }
    });

    it('says that a file holds no records', async () => {
      const without = empty.filter(ofVersion);
      expect(without).not.toEqual([]);
      for (const entry of without) {
        const job = await client.run({ file: testdataPath(entry.path) });
        expect(job).toMatchObject({ state: 'completed', stored: 0, reason: 'no_records' });
      }
    });
  });
}

describeWithTestdata('real files that are no DBN of one schema', () => {
  let client: StackClient;
  beforeAll(async () => {
    client = await StackClient.start('files-refused');
  });
  afterAll(() => client?.stop());

  const REASONS = [
    [/\.dbz$/, 'DBZ'],
    [/\.frag(\.zst)?$/, 'instead of "DBN"'],
    [/live/, 'the file mixes schemas'],
  ] as const;
  it.each(refused)('$path', async ({ path }) => {
    const job = await client.run({ file: testdataPath(path) });
    expect(job).toMatchObject({ state: 'failed', fetched: 0, stored: 0 });
    expect(job.message).toContain(REASONS.find(([pattern]) => pattern.test(path))![1]);
  });
});

describeWithTestdata('the real files', () => {
  it('leave three schemas out', () => {
    const schemas = new Set(stored.map(({ schema }) => schema));
    const without = ['cbbo-1m', 'ohlcv-eod', 'tcbbo'];
    expect(new Set([...schemas, ...without])).toEqual(new Set(SCHEMA_NAMES));
  });
});

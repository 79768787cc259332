import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { ColumnarBatch, ORDINAL, parquetBytes, SCHEMA_NAMES, SCHEMAS } from '@tapeline/records';
import type { RecordDescription } from '@tapeline/records';
import { makeTemporaryFolder } from '@tapeline/testing';
import { tableFromIPC } from 'apache-arrow';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { convert } from '../commands/dbn/convert.js';
import { exportDescription } from './export-columns.js';
import { dbnFile, expectedValues, sampleRecords } from './sample-file.js';
import type { Value } from './sample-file.js';

let folder = '';
beforeAll(() => {
  folder = makeTemporaryFolder('tables');
  jest.spyOn(console, 'log').mockReturnValue();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Columns = Record<string, Value[]>;

/** Every column of the records but the ordinal, and what tables have besides. */
const expectedTable = (batch: ColumnarBatch<RecordDescription>): Columns =>
  Object.fromEntries([
    ...batch.schema.columns
      .filter(({ name }) => name !== ORDINAL)
      .map((column) => [column.name, expectedValues(batch, column)] as const),
    ['rtype', Array.from({ length: batch.length }, () => batch.schema.rtype)],
  ]);

async function convertSample(batch: Buffer, output: string): Promise<Buffer> {
  const input = join(folder, 'sample.dbn');
  writeFileSync(input, batch);
  const path = join(folder, output);
  await convert(input, { output: path, force: true });
  return readFileSync(path);
}

/** Read by a library that shares no code with the writer; times as integers. */
async function readParquet(bytes: Buffer): Promise<Columns> {
  const exact = (value: bigint): bigint => value;
  const rows = await parquetReadObjects({
    file: arrayBuffer(bytes),
    compressors: { ZSTD: (input) => zstdDecompressSync(input) },
    parsers: { timestampFromNanoseconds: exact },
  });
  const columns: Columns = {};
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) (columns[name] ??= []).push(value as Value);
  }
  return columns;
}

const arrayBuffer = (bytes: Buffer): ArrayBuffer => new Uint8Array(bytes).buffer;

/** Values as they stand in the buffers, since vectors give times as floating-point numbers. */
function readArrow(bytes: Buffer): Columns {
  const table = tableFromIPC(bytes);
  return Object.fromEntries(
    table.schema.fields.map(({ name }) => {
      const { data } = table.getChild(name)!;
      const values = data.flatMap((chunk) => {
        const { values, valueOffsets: ends } = chunk;
        const text = ends && Buffer.from(values as Uint8Array);
        return Array.from({ length: chunk.length }, (_, row): Value => {
          if (!chunk.getValid(row)) return null;
          return text ? text.toString('utf8', ends[row], ends[row + 1]) : (values[row] as Value);
        });
      });
      return [name, values];
    }),
  );
}

/** The first difference of each column; `toEqual` is slow for so many values. */
function differences(actual: Columns, expected: Columns): string[] {
  expect(Object.keys(actual).toSorted()).toEqual(Object.keys(expected).toSorted());
  return Object.entries(expected).flatMap(([name, values]) => {
    const found = actual[name]!;
    if (found.length !== values.length) return [`${name} has ${found.length} values`];
    const row = values.findIndex((value, index) => value !== found[index]);
    return row < 0 ? [] : [`${name} of ${row} is ${found[row]}, not ${values[row]}`];
  });
}

it.each(SCHEMA_NAMES)('%s: parquet holds every value exactly', async (name) => {
  const batch = sampleRecords(name, 100);
  const bytes = await convertSample(dbnFile(batch), 'sample.parquet');
  expect(await readParquet(bytes)).toEqual(expectedTable(batch));
});

it.each(SCHEMA_NAMES)('%s: arrow holds every value exactly', async (name) => {
  const batch = sampleRecords(name, 100);
  const bytes = await convertSample(dbnFile(batch), 'sample.arrow');
  expect(readArrow(bytes)).toEqual(expectedTable(batch));
});

it('the columns and their order are those of the CSV', async () => {
  const batch = sampleRecords('mbo', 1);
  const [header] = (await convertSample(dbnFile(batch), 'sample.csv')).toString().split('\n');
  const arrow = tableFromIPC(await convertSample(dbnFile(batch), 'sample.arrow'));
  const parquet = await readParquet(await convertSample(dbnFile(batch), 'sample.parquet'));
  expect(arrow.schema.fields.map(({ name }) => name).join(',')).toBe(header);
  expect(Object.keys(parquet).join(',')).toBe(header);
});

it('types, units and the source are told', async () => {
  const bytes = await convertSample(dbnFile(sampleRecords('mbp-1', 5)), 'sample.parquet');
  const { schema, key_value_metadata: metadata } = parquetMetadata(arrayBuffer(bytes));
  const typeOf = (wanted: string) => schema.find(({ name }) => name === wanted);
  expect(typeOf('ts_recv')).toMatchObject({
    type: 'INT64',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'NANOS' },
    repetition_type: 'OPTIONAL',
  });
  expect(typeOf('price')).toMatchObject({ type: 'INT64', repetition_type: 'OPTIONAL' });
  expect(typeOf('price')?.logical_type).toBeUndefined();
  expect(typeOf('side')?.logical_type).toEqual({ type: 'STRING' });
  expect(typeOf('instrument_id')).toMatchObject({
    converted_type: 'UINT_32',
    repetition_type: 'REQUIRED',
  });
  const told = Object.fromEntries(metadata!.map(({ key, value }) => [key, value]));
  expect(told).toMatchObject({
    'dbn.dataset': 'GLBX.MDP3',
    'dbn.schema': 'mbp-1',
    'dbn.version': '3',
    'dbn.price_unit': '1e-9',
  });
});

it('large inputs become several row groups and record batches, in order', async () => {
  const batch = sampleRecords('trades', 140_000);
  const parquet = await convertSample(dbnFile(batch), 'sample.parquet');
  const arrow = await convertSample(dbnFile(batch), 'sample.arrow');
  const groups = parquetMetadata(arrayBuffer(parquet)).row_groups;
  expect(groups.map(({ num_rows: rows }) => rows)).toEqual([131_072n, 8928n]);
  expect(tableFromIPC(arrow).batches.length).toBeGreaterThan(1);
  const expected = expectedTable(batch);
  expect(differences(await readParquet(parquet), expected)).toEqual([]);
  expect(differences(readArrow(arrow), expected)).toEqual([]);
});

it.each(['parquet', 'arrow'])('%s without records keeps its columns', async (ending) => {
  const bytes = await convertSample(dbnFile(sampleRecords('ohlcv-1d', 0)), `sample.${ending}`);
  const names =
    ending === 'arrow'
      ? tableFromIPC(bytes).schema.fields.map(({ name }) => name)
      : parquetMetadata(arrayBuffer(bytes))
          .schema.slice(1)
          .map(({ name }) => name);
  expect(names.join(',')).toBe(
    'ts_event,rtype,publisher_id,instrument_id,open,high,low,close,volume',
  );
});

it.each(['parquet', 'arrow'])('%s refuses a time that it cannot hold', async (ending) => {
  const batch = sampleRecords('trades', 5);
  (batch.column('ts_event') as BigUint64Array)[4] = 2n ** 63n;
  await expect(convertSample(dbnFile(batch), `sample.${ending}`)).rejects.toThrow(
    'ts_event of record 4 is 9223372036854775808 ns',
  );
});

it.each(['parquet', 'arrow'])('%s of a broken input is not written', async (ending) => {
  const bytes = dbnFile(sampleRecords('trades', 10));
  const name = `broken.${ending}`;
  await expect(convertSample(bytes.subarray(0, -1), name)).rejects.toThrow(
    /record 9 at byte \d+ has only 47 of its 48 bytes/,
  );
  expect(() => readFileSync(join(folder, name))).toThrow('ENOENT');
});

it('a reader that leaves parquet early ends the input, too', async () => {
  const description = exportDescription(SCHEMAS.trades, false);
  let given = 0;
  let isReleased = false;
  async function* endless() {
    try {
      for (;;) {
        given++;
        yield ColumnarBatch.allocate(description, 131_072);
      }
    } finally {
      isReleased = true;
    }
  }
  const empty = ColumnarBatch.allocate(description, 0);
  for await (const bytes of parquetBytes(endless(), empty, new Map())) {
    if (bytes.length > 1000) break;
  }
  expect(isReleased).toBe(true);
  expect(given).toBeLessThan(6);
});

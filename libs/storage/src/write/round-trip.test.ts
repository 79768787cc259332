/** Every column of every schema through COPY, the tables and the views for people, compared exactly. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ORDINAL,
  parsePrice,
  readString,
  sampleBatch,
  SCHEMA_NAMES,
  SCHEMAS,
} from '@tapeline/records';
import type { ColumnarBatch, ColumnDescription } from '@tapeline/records';
import { testDatabase } from '@tapeline/testing';
import type { TestDatabase } from '@tapeline/testing';
import { migrate } from '../schema/migrate.js';
import { Storage } from '../storage.js';
import { DATASET, headerOf } from '../test-batches.js';
import { writeBatch } from './write-batch.js';

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

/** A record's value as text, ns for timestamps, units of 1e-9 for prices; null where it is unset. */
function expected(batch: ColumnarBatch, column: ColumnDescription, row: number): string | null {
  const data = batch.column(column.name);
  if (column.type === 'string') return readString(data as Uint8Array, column.width, row);
  const value = data[row]!;
  if (BigInt(value) === column.nullValue) return null;
  return column.type === 'char' ? String.fromCharCode(Number(value)) : String(value);
}

/** Whole nanoseconds of a timestamp and its rest, in SQL. */
const nanosecondsSql = ({ name }: ColumnDescription): string =>
  `((extract(epoch FROM "${name}") * 1000000)::numeric(20,0) * 1000 + "${name}_ns")::text`;

const tableSql = (column: ColumnDescription): string =>
  `${column.type === 'timestamp' ? nanosecondsSql(column) : `"${column.name}"::text`} AS "${column.name}"`;

describe.each(SCHEMA_NAMES)('%s', (name) => {
  const schema = SCHEMAS[name];
  // Smallest, largest and unset values, then random ones; timestamps go from 1970 to 2554.
  const batch = sampleBatch(schema, 12);
  const texts = schema.columns.find((column) => column.type === 'string');
  if (texts) (batch.column(texts.name) as Uint8Array).set([0x53, 0xe9, 0x7a], 3 * texts.width);
  const rows = Array.from({ length: batch.length }, (_, row) => row);

  beforeAll(() => writeBatch(storage, headerOf(batch, name), batch));

  it('keeps every value exactly', async () => {
    const { rows: found } = await storage.pool.query<Record<string, string | null>>(
      `SELECT ${schema.columns.map(tableSql).join(', ')}, d.code AS dataset
         FROM ${schema.table} t JOIN dataset d ON d.id = t.dataset_id ORDER BY t.${ORDINAL}`,
    );
    expect(found).toEqual(
      rows.map((row) => ({
        ...Object.fromEntries(
          schema.columns.map((column) => [column.name, expected(batch, column, row)]),
        ),
        dataset: DATASET,
      })),
    );
  });

  it('shows exact prices and nanoseconds to people', async () => {
    const { rows: found } = await storage.pool.query<Record<string, unknown>>(
      `SELECT * FROM ${schema.table}_view ORDER BY ${ORDINAL}`,
    );
    for (const column of schema.columns.filter(({ type }) => type === 'price')) {
      expect(
        found.map((row) => {
          const shown = row[column.name] as string | null;
          return shown === null ? null : String(parsePrice(shown));
        }),
      ).toEqual(rows.map((row) => expected(batch, column, row)));
    }
    for (const column of schema.columns.filter(({ type }) => type === 'timestamp')) {
      expect(
        found.map((row) => {
          const shown = row[`${column.name}_text`] as string | null;
          return shown === null ? null : String(Temporal.Instant.from(shown).epochNanoseconds);
        }),
      ).toEqual(rows.map((row) => expected(batch, column, row)));
    }
    expect(new Set(found.map((row) => row['dataset']))).toEqual(new Set([DATASET]));
  });
});

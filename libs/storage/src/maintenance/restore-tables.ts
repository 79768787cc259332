import { ColumnarBatch, quoteIdentifier, SCHEMA_NAMES, SCHEMAS } from '@tapeline/records';
import { escapeLiteral } from 'pg';
import type { ClientBase, Pool } from 'pg';
import type { Storage } from '../storage.js';
import type { HeldColumn, HeldTable } from './held-tables.js';
import { tableKey } from './held-tables.js';

/** The partitions or chunks of a market table with rows: `[from, to)` in UTC days since 1970. */
export interface HeldDays {
  readonly from: number;
  readonly to: number;
}

const DAY_NS = 86_400_000_000_000n;

/** Which days of each market table, by its name, have a partition or a chunk; empty ones may be among them. */
export async function heldDays(client: ClientBase | Pool): Promise<Map<string, HeldDays[]>> {
  const { rows: hypertables } = await client.query<{ there: boolean }>(
    "SELECT to_regclass('timescaledb_information.chunks') IS NOT NULL AS there",
  );
  const bounds = hypertables[0]!.there
    ? `SELECT hypertable_name::text AS name, range_start AS f, range_end AS t
         FROM timescaledb_information.chunks WHERE hypertable_schema = 'public'`
    : `SELECT p.relname::text AS name, b[1]::timestamptz AS f, b[2]::timestamptz AS t
         FROM pg_inherits i
         JOIN pg_class p ON p.oid = i.inhparent AND p.relnamespace = 'public'::regnamespace
         JOIN pg_class c ON c.oid = i.inhrelid
        CROSS JOIN regexp_match(pg_get_expr(c.relpartbound, c.oid),
                                'FROM \\(''([^'']+)''\\) TO \\(''([^'']+)''\\)') b
        WHERE b IS NOT NULL`;
  const { rows } = await client.query<{ name: string; f: string; t: string }>(
    `SELECT name, floor(extract(epoch FROM f) / 86400)::int AS f,
            ceil(extract(epoch FROM t) / 86400)::int AS t FROM (${bounds}) b ORDER BY 1, 2`,
  );
  const days = new Map<string, HeldDays[]>();
  for (const { name, f, t } of rows) {
    const held = days.get(name) ?? [];
    held.push({ from: Number(f), to: Number(t) });
    days.set(name, held);
  }
  return days;
}

/**
 * Makes the tables and columns that migrations do not: of replacements under way, of rules, of the users of
 * the database. Those that are there stay.
 */
export async function addMissing(client: ClientBase | Pool, tables: readonly HeldTable[]) {
  for (const table of tables) {
    const name = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
    const definitions = table.columns.map(
      ({ name, type, notNull }) => `${quoteIdentifier(name)} ${type}${notNull ? ' NOT NULL' : ''}`,
    );
    await client.query(`CREATE TABLE IF NOT EXISTS ${name} (${definitions.join(', ')})`);
    const { rows } = await client.query<{ name: string }>(
      `SELECT attname::text AS name FROM pg_attribute
        WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
      [name],
    );
    const there = new Set(rows.map((row) => row.name));
    for (const column of table.columns) {
      if (!there.has(column.name)) await addColumn(client, name, column);
    }
  }
}

/** Nullable, as the writer adds one: a type comes from another database's catalogue, never from a user. */
async function addColumn(
  client: ClientBase | Pool,
  table: string,
  { name, type, comment }: HeldColumn,
): Promise<void> {
  const column = quoteIdentifier(name);
  await client.query(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
  if (comment === null) return;
  await client.query(`COMMENT ON COLUMN ${table}.${column} IS ${escapeLiteral(comment)}`);
}

/** Makes the partitions for those days, where the database has native ones. */
export async function ensureDays(
  storage: Storage,
  days: ReadonlyMap<string, readonly HeldDays[]>,
): Promise<void> {
  const partitioning = await storage.partitions();
  if (partitioning.kind !== 'native') return;
  for (const name of SCHEMA_NAMES) {
    const schema = SCHEMAS[name];
    const numbers = (days.get(schema.table) ?? []).flatMap(({ from, to }) =>
      Array.from({ length: to - from }, (_, index) => from + index),
    );
    if (numbers.length === 0) continue;
    const batch = ColumnarBatch.allocate(schema, numbers.length);
    const times = batch.indexTimestamps();
    for (const [row, day] of numbers.entries()) times[row] = BigInt(day) * DAY_NS;
    await partitioning.ensure(batch);
  }
}

/** Sets the counters of all columns that number rows above the largest number in use. */
export async function advanceSequences(
  client: ClientBase | Pool,
  tables: readonly HeldTable[],
): Promise<void> {
  for (const table of tables) {
    const name = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
    for (const { name: column } of table.columns) {
      await client.query(
        `SELECT setval(s, m) FROM (SELECT pg_get_serial_sequence($1, $2) AS s,
                (SELECT max(${quoteIdentifier(column)}::text) FROM ${name} WHERE false)::bigint AS m) x
          WHERE s IS NOT NULL AND m IS NOT NULL`,
        [name, column],
      );
    }
  }
}

export { tableKey };

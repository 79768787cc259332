/** A view of each market table for people: what SQL tools understand, beside which nothing is lost. */
import { createHash } from 'node:crypto';
import {
  FLAG_BITS,
  nanosecondsName,
  quoteIdentifier,
  SCHEMAS,
  tableColumns,
} from '@tapeline/records';
import type { ColumnDescription, SchemaDescription } from '@tapeline/records';
import type { ClientBase, Pool } from 'pg';
import { symbolAsOf } from '../lookups/symbol-as-of.js';
import { readDerivedColumns } from './derived-columns.js';

/** A column of the view would have another name or type. */
const CANNOT_REPLACE = '42P16';

/** Makes the views of all market tables anew, with the columns that rules have added. */
export async function refreshViews(client: ClientBase | Pool): Promise<void> {
  for (const schema of Object.values(SCHEMAS)) await refreshView(client, schema);
}

/** Makes one view anew. What users built upon it stays, since columns are only ever added at its end. */
export async function refreshView(
  client: ClientBase | Pool,
  schema: SchemaDescription,
): Promise<void> {
  const derived = await readDerivedColumns(client, schema);
  const view = quoteIdentifier(`${schema.table}_view`);
  const select = viewSelect(SCHEMAS[schema.name], derived);
  // A view that is as it should be is left alone: its lock would wait for whoever reads it.
  const mark = `made by tapeline from ${createHash('sha256').update(select).digest('hex').slice(0, 12)}`;
  const { rows } = await client.query<{ comment: string | null }>(
    'SELECT obj_description(to_regclass($1)) AS comment',
    [view],
  );
  if (rows[0]?.comment === mark) return;
  try {
    await client.query(`CREATE OR REPLACE VIEW ${view} AS ${select}`);
  } catch (error) {
    if ((error as { code?: unknown }).code !== CANNOT_REPLACE) throw error;
    await client.query(`DROP VIEW ${view}; CREATE VIEW ${view} AS ${select}`);
  }
  await client.query(`COMMENT ON VIEW ${view} IS '${mark}'`);
}

/**
 * Prices as exact numerics, each time also as text with its nanoseconds, the dataset's code; then the names of
 * flags and statistics, the venue's symbol as of the record's UTC day, and columns of rules. Prices are multiplied:
 * PostgreSQL rounds the quotient of a large price to fewer than nine decimals.
 */
function viewSelect(schema: SchemaDescription, derived: readonly ColumnDescription[]): string {
  const described = new Map(schema.columns.map((column) => [column.name, column]));
  const own = tableColumns(schema).flatMap(({ name }) => {
    const column = described.get(name);
    return column ? shown(column) : [];
  });
  const day = `(t.${quoteIdentifier(schema.indexColumn)} AT TIME ZONE 'UTC')::date`;
  const symbol = `${symbolAsOf('d.code', 't.instrument_id', day)} AS symbol`;
  const flags = Object.entries(FLAG_BITS).map(
    ([name, bit]) => `CASE WHEN t.flags & ${bit} <> 0 THEN '${name}' END`,
  );
  const isStatistics = schema.name === 'statistics';
  const columns = [
    'd.code AS dataset',
    ...own,
    ...(described.has('flags')
      ? [`array_remove(ARRAY[${flags.join(', ')}], NULL) AS flag_names`]
      : []),
    ...(isStatistics ? ['s.name AS stat_name'] : []),
    symbol,
    ...derived.flatMap(shown),
  ];
  const join = isStatistics ? ' LEFT JOIN stat_type s ON s.id = t.stat_type' : '';
  return `SELECT ${columns.join(', ')} FROM ${quoteIdentifier(schema.table)} t JOIN dataset d ON d.id = t.dataset_id${join}`;
}

function shown({ name, type }: ColumnDescription): string[] {
  const column = `t.${quoteIdentifier(name)}`;
  if (type === 'price') return [`trim_scale(${column} * 0.000000001) AS ${quoteIdentifier(name)}`];
  if (type !== 'timestamp') return [column];
  const rest = `t.${quoteIdentifier(nanosecondsName(name))}`;
  const text = `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || lpad(${rest}::text, 3, '0') || 'Z'`;
  return [column, `${text} AS ${quoteIdentifier(`${name}_text`)}`];
}

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

/** What the letters of a column mean. The action of `status` is a number, and another thing. */
const LETTERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  action: {
    A: 'add',
    C: 'cancel',
    F: 'fill',
    M: 'modify',
    N: 'none',
    R: 'clear book',
    T: 'trade',
  },
  side: { A: 'ask', B: 'bid', N: 'none' },
};

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
 * Prices as exact numerics, each time also as text with its nanoseconds, the dataset's code; then the names of flags,
 * actions, sides and statistics, the venue's symbol as of the record's UTC day, and columns of rules, unless one has
 * the name of another column of the view: it is shown in the table alone then.
 */
function viewSelect(schema: SchemaDescription, derived: readonly ColumnDescription[]): string {
  const described = new Map(schema.columns.map((column) => [column.name, column]));
  const own = tableColumns(schema).flatMap(({ name }) => {
    const column = described.get(name);
    return column ? shown(column) : [];
  });
  const flags = Object.entries(FLAG_BITS).map(
    ([name, bit]) => `CASE WHEN t.flags & ${bit} <> 0 THEN '${name}' END`,
  );
  const flagNames = `array_remove(ARRAY[${flags.join(', ')}], NULL)`;
  const isStatistics = schema.name === 'statistics';
  const standard: Shown[] = [
    ['dataset', 'd.code'],
    ...own,
    ...(described.has('flags') ? [['flag_names', flagNames] as const] : []),
    ...schema.columns.flatMap(inWords),
    ...(isStatistics ? [['stat_name', 's.name'] as const] : []),
    ['symbol', symbolOn('t', schema.indexColumn)],
  ];
  const columns = new Map(standard);
  for (const [name, value] of derived.flatMap(shown)) {
    if (!columns.has(name)) columns.set(name, value);
  }
  const selected = [...columns].map(([name, value]) => `${value} AS ${quoteIdentifier(name)}`);
  const join = isStatistics ? ' LEFT JOIN stat_type s ON s.id = t.stat_type' : '';
  return `SELECT ${selected.join(', ')} FROM ${quoteIdentifier(schema.table)} t JOIN dataset d ON d.id = t.dataset_id${join}`;
}

/** A column of a view: its name, and the expression that is its value. */
type Shown = readonly [name: string, value: string];

/** The venue's symbol of a row's instrument on the UTC day of one of its times; its dataset's row is `d`. */
export function symbolOn(row: string, time: string): string {
  const day = `(${row}.${quoteIdentifier(time)} AT TIME ZONE 'UTC')::date`;
  return symbolAsOf('d.code', `${row}.instrument_id`, day);
}

function inWords({ name, type }: ColumnDescription): Shown[] {
  const words = type === 'char' ? LETTERS[name] : undefined;
  if (!words) return [];
  const cases = Object.entries(words).map(([letter, word]) => `WHEN '${letter}' THEN '${word}'`);
  return [[`${name}_name`, `CASE t.${quoteIdentifier(name)} ${cases.join(' ')} END`]];
}

/** Prices are multiplied: PostgreSQL rounds the quotient of a large one to fewer than nine decimals. */
function shown({ name, type }: ColumnDescription): Shown[] {
  const column = `t.${quoteIdentifier(name)}`;
  if (type === 'price') return [[name, `trim_scale(${column} * 0.000000001)`]];
  if (type !== 'timestamp') return [[name, column]];
  const rest = `t.${quoteIdentifier(nanosecondsName(name))}`;
  const text = `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || lpad(${rest}::text, 3, '0') || 'Z'`;
  return [
    [name, column],
    [`${name}_text`, text],
  ];
}

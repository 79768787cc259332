/** The table of a schema: columns, DDL, and the order in which COPY sends them. */
import type { ColumnDescription, ColumnType, SchemaDescription } from './schema-description.js';

/**
 * Source of a table column's value: a record column, the remainder of a timestamp column's
 * nanoseconds, or the id of the dataset (constant within a batch).
 */
export type TableSource =
  | { readonly kind: 'column'; readonly column: ColumnDescription; readonly index: number }
  | { readonly kind: 'nanoseconds'; readonly column: ColumnDescription; readonly index: number }
  | { readonly kind: 'dataset' };

export interface TableColumn {
  readonly name: string;
  readonly pgType: string;
  readonly notNull: boolean;
  readonly source: TableSource;
}

/** Every value of the type fits: u64 needs numeric, u32 needs bigint. */
const PG_TYPE: Readonly<Record<ColumnType, string>> = {
  price: 'bigint',
  timestamp: 'timestamptz',
  i64: 'bigint',
  u64: 'numeric(20,0)',
  i32: 'integer',
  u32: 'bigint',
  i16: 'smallint',
  u16: 'integer',
  i8: 'smallint',
  u8: 'smallint',
  char: '"char"',
  string: 'text',
};

/** Wide fixed types first: PostgreSQL pads between columns of different alignment. */
const ALIGNMENT_ORDER = ['timestamptz', 'bigint', 'integer', 'smallint', '"char"'];
const alignmentRank = (pgType: string): number => {
  const rank = ALIGNMENT_ORDER.indexOf(pgType);
  return rank < 0 ? ALIGNMENT_ORDER.length : rank;
};

/** The name of the column that keeps a timestamp's nanoseconds below the microsecond, 0–999. */
export const nanosecondsName = (timestampColumn: string): string => `${timestampColumn}_ns`;

const cache = new WeakMap<SchemaDescription, readonly TableColumn[]>();

/**
 * Columns of the schema's table in physical order. A timestamp becomes two columns: `timestamptz`
 * (microseconds, what SQL tools understand) and a `smallint` with the rest of the nanosecond.
 */
export function tableColumns(schema: SchemaDescription): readonly TableColumn[] {
  const known = cache.get(schema);
  if (known) return known;
  const columns = schema.columns.flatMap((column, index): TableColumn[] => {
    const notNull = column.nullValue === undefined || column.name === schema.indexColumn;
    const stored: TableColumn = {
      name: column.name,
      pgType: PG_TYPE[column.type],
      notNull,
      source: { kind: 'column', column, index },
    };
    if (column.type !== 'timestamp') return [stored];
    return [
      stored,
      {
        name: nanosecondsName(column.name),
        pgType: 'smallint',
        notNull,
        source: { kind: 'nanoseconds', column, index },
      },
    ];
  });
  columns.push({
    name: 'dataset_id',
    pgType: 'smallint',
    notNull: true,
    source: { kind: 'dataset' },
  });
  const ordered = columns.toSorted((a, b) => alignmentRank(a.pgType) - alignmentRank(b.pgType));
  cache.set(schema, ordered);
  return ordered;
}

/** An SQL identifier in quotes. Names come from descriptions only, never from a user. */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * `CREATE TABLE` without partitioning clause, with the columns of {@link tableColumns}: there is no
 * unique key, since two identical trades must both survive. Run {@link indexDdl} after it.
 */
export function tableDdl(schema: SchemaDescription, name: string = schema.table): string {
  const lines = tableColumns(schema).map(
    (column) =>
      `  ${quoteIdentifier(column.name)} ${column.pgType}${column.notNull ? ' NOT NULL' : ''}`,
  );
  return `CREATE TABLE ${quoteIdentifier(name)} (\n${lines.join(',\n')}\n)`;
}

/** The one index of a schema's table: instrument, then time. */
export function indexDdl(schema: SchemaDescription, name: string = schema.table): string {
  const index = quoteIdentifier(`${name}_instrument_time`);
  const time = quoteIdentifier(schema.indexColumn);
  return `CREATE INDEX ${index} ON ${quoteIdentifier(name)} (instrument_id, ${time})`;
}

/** Names of the table's columns as they stand in a statement. */
export const columnList = (schema: SchemaDescription): string =>
  tableColumns(schema)
    .map((column) => quoteIdentifier(column.name))
    .join(', ');

/**
 * `COPY … FROM STDIN` for the bytes that the COPY encoder makes.
 * @param table another one with the same columns, quoted.
 */
export const copyStatement = (
  schema: SchemaDescription,
  table: string = quoteIdentifier(schema.table),
): string => `COPY ${table} (${columnList(schema)}) FROM STDIN (FORMAT binary)`;

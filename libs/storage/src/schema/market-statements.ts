/** A market table as a migration creates it. */
export interface MarketTable {
  readonly name: string;
  readonly timeColumn: string;
  /** How long a partition or chunk lasts, as an SQL interval. */
  readonly span: string;
  /** Columns in units of 1e-9. */
  readonly prices: readonly string[];
  /** `CREATE TABLE` without partitioning. */
  readonly table: string;
  readonly index: string;
}

/** Creates tables with their views for people: hypertables with TimescaleDB, else native range partitions. */
export function marketStatements(tables: readonly MarketTable[], timescale: boolean): string[] {
  return tables.flatMap((market) => {
    const { name, timeColumn, span, table, index } = market;
    return [
      ...(timescale
        ? [
            table,
            `SELECT create_hypertable('${name}', by_range('${timeColumn}', INTERVAL '${span}'), create_default_indexes => false)`,
          ]
        : [`${table} PARTITION BY RANGE ("${timeColumn}")`]),
      index,
      firstView(market),
    ];
  });
}

/** Drops what {@link marketStatements} creates. */
export const dropStatements = (tables: readonly Pick<MarketTable, 'name'>[]): string[] =>
  tables.flatMap(({ name }) => [
    `DROP VIEW IF EXISTS ${name}_view`,
    `DROP TABLE IF EXISTS ${name} CASCADE`,
  ]);

/**
 * The view that versions 1 to 5 have of a table: with its dataset's name, prices as exact numerics, and each time's
 * nanoseconds as text. Prices are multiplied: PostgreSQL rounds the quotient of a large price to fewer than nine decimals.
 */
export function firstView({ name, table, prices: given }: MarketTable): string {
  const prices = new Set(given);
  const columns = [...table.matchAll(/^ {2}"(\w+)" ([^,\n]+?)(?: NOT NULL)?,?$/gm)].map(
    ([, column = '', type = '']) => ({ column, type }),
  );
  const selected = columns
    .filter(({ column }) => column !== 'dataset_id' && !column.endsWith('_ns'))
    .flatMap(({ column, type }) => {
      if (type === 'timestamptz') {
        const text = `to_char(t."${column}" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || lpad(t."${column}_ns"::text, 3, '0') || 'Z'`;
        return [`t."${column}"`, `${text} AS "${column}_text"`];
      }
      if (prices.has(column)) return [`trim_scale(t."${column}" * 0.000000001) AS "${column}"`];
      return [`t."${column}"`];
    });
  return `CREATE VIEW ${name}_view AS SELECT d.code AS dataset, ${selected.join(', ')} FROM ${name} t JOIN dataset d ON d.id = t.dataset_id`;
}

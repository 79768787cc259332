import { Migration } from '@mikro-orm/migrations';
import { MARKET_TABLES_1 } from './market-tables-1.js';
import { RELATIONAL_TABLES_1 } from './relational-tables-1.js';

/**
 * Everything that version 0.1 creates: relational tables, market tables, views for people. Market tables are
 * hypertables with TimescaleDB, and native range partitions without it.
 */
export function schemaStatements(timescale: boolean): string[] {
  const market = MARKET_TABLES_1.flatMap(({ name, timeColumn, span, table, index }) => [
    ...(timescale
      ? [
          table,
          `SELECT create_hypertable('${name}', by_range('${timeColumn}', INTERVAL '${span}'), create_default_indexes => false)`,
        ]
      : [`${table} PARTITION BY RANGE ("${timeColumn}")`]),
    index,
    peopleView(name, table),
  ]);
  return [
    ...(timescale ? ['CREATE EXTENSION IF NOT EXISTS timescaledb'] : []),
    ...RELATIONAL_TABLES_1,
    ...market,
  ];
}

/** Schema of version 0.1. */
export class Migration1 extends Migration {
  override async up(): Promise<void> {
    for (const statement of schemaStatements(await this.hasTimescale())) this.addSql(statement);
  }

  override async down(): Promise<void> {
    for (const { name } of MARKET_TABLES_1) {
      this.addSql(`DROP VIEW IF EXISTS ${name}_view`);
      this.addSql(`DROP TABLE IF EXISTS ${name} CASCADE`);
    }
    for (const statement of RELATIONAL_TABLES_1) {
      const name = /^create table "(\w+)"/.exec(statement)?.[1];
      if (name !== undefined) this.addSql(`DROP TABLE IF EXISTS "${name}"`);
    }
  }

  private async hasTimescale(): Promise<boolean> {
    const rows = (await this.execute(
      "SELECT 1 FROM pg_available_extensions WHERE name = 'timescaledb'",
    )) as unknown[];
    return rows.length > 0;
  }
}

/** Columns in units of 1e-9. */
const PRICES = new Set(
  `price open high low close bid_px_00 ask_px_00 strike_price leg_price leg_delta price_ratio
   min_price_increment min_price_increment_amount display_factor unit_of_measure_qty
   high_limit_price low_limit_price max_price_variation`.split(/\s+/),
);

/**
 * The table with its dataset's name, prices as exact numerics, and each time's nanoseconds as text.
 * Prices are multiplied: PostgreSQL rounds the quotient of a large price to fewer than nine decimals.
 */
function peopleView(name: string, table: string): string {
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
      if (PRICES.has(column)) return [`trim_scale(t."${column}" * 0.000000001) AS "${column}"`];
      return [`t."${column}"`];
    });
  return `CREATE VIEW ${name}_view AS SELECT d.code AS dataset, ${selected.join(', ')} FROM ${name} t JOIN dataset d ON d.id = t.dataset_id`;
}

import { Migration } from '@mikro-orm/migrations';
import { hasTimescale } from './has-timescale.js';
import { dropStatements, firstView, marketStatements } from './market-statements.js';
import { MARKET_TABLES_1 } from './market-tables-1.js';
import { RELATIONAL_TABLES_1 } from './relational-tables-1.js';

const PRICES =
  `price open high low close bid_px_00 ask_px_00 strike_price leg_price leg_delta price_ratio
   min_price_increment min_price_increment_amount display_factor unit_of_measure_qty
   high_limit_price low_limit_price max_price_variation`.split(/\s+/);

const TABLES = MARKET_TABLES_1.map((table) => ({ ...table, prices: PRICES }));

/** The views of version 1, for who comes back to it. */
export const views1 = (): string[] => TABLES.map(firstView);

/** Relational tables, the market tables of nine schemas, views for people. */
export function statements1(timescale: boolean): string[] {
  return [
    ...(timescale ? ['CREATE EXTENSION IF NOT EXISTS timescaledb'] : []),
    ...RELATIONAL_TABLES_1,
    ...marketStatements(TABLES, timescale),
  ];
}

export class Migration1 extends Migration {
  override async up(): Promise<void> {
    for (const statement of statements1(await hasTimescale(this))) this.addSql(statement);
  }

  override down(): void {
    for (const statement of dropStatements(MARKET_TABLES_1)) this.addSql(statement);
    for (const statement of RELATIONAL_TABLES_1) {
      const name = /^create table "(\w+)"/.exec(statement)?.[1];
      if (name !== undefined) this.addSql(`DROP TABLE IF EXISTS "${name}"`);
    }
  }
}

import { Migration } from '@mikro-orm/migrations';
import { hasTimescale } from './has-timescale.js';
import { dropStatements, marketStatements } from './market-statements.js';
import { MARKET_TABLES_2 } from './market-tables-2.js';

/** The market tables of the other eleven schemas. */
export class Migration2 extends Migration {
  override async up(): Promise<void> {
    for (const statement of marketStatements(MARKET_TABLES_2, await hasTimescale(this))) {
      this.addSql(statement);
    }
  }

  override down(): void {
    for (const statement of dropStatements(MARKET_TABLES_2)) this.addSql(statement);
  }
}

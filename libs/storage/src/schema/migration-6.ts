import { SCHEMAS } from '@tapeline/records';
import { Migration } from '@mikro-orm/migrations';
import { firstView } from './market-statements.js';
import { MARKET_TABLES_2 } from './market-tables-2.js';
import { views1 } from './migration-1.js';
import { RELATIONAL_CHANGES_6 } from './relational-tables-6.js';

/** Names of statistics. The views for people are made anew after every migration. */
export class Migration6 extends Migration {
  override up(): void {
    for (const statement of RELATIONAL_CHANGES_6.up) this.addSql(statement);
  }

  override down(): void {
    // Views of later versions may use what goes.
    for (const { table } of Object.values(SCHEMAS))
      this.addSql(`DROP VIEW IF EXISTS ${table}_view`);
    for (const statement of RELATIONAL_CHANGES_6.down) this.addSql(statement);
    for (const statement of [...views1(), ...MARKET_TABLES_2.map(firstView)])
      this.addSql(statement);
  }
}

import { SCHEMAS } from '@tapeline/records';
import { Migration } from '@mikro-orm/migrations';
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
  }
}

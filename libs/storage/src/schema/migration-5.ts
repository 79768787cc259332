import { Migration } from '@mikro-orm/migrations';
import { RELATIONAL_CHANGES_5 } from './relational-tables-5.js';

/** What rules found, and how refused records were resolved. */
export class Migration5 extends Migration {
  override up(): void {
    for (const statement of RELATIONAL_CHANGES_5.up) this.addSql(statement);
  }

  override down(): void {
    for (const statement of RELATIONAL_CHANGES_5.down) this.addSql(statement);
  }
}

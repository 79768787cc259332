import { Migration } from '@mikro-orm/migrations';
import { RELATIONAL_CHANGES_7 } from './relational-tables-7.js';

/** Keys of the gateway. */
export class Migration7 extends Migration {
  override up(): void {
    for (const statement of RELATIONAL_CHANGES_7.up) this.addSql(statement);
  }

  override down(): void {
    for (const statement of RELATIONAL_CHANGES_7.down) this.addSql(statement);
  }
}

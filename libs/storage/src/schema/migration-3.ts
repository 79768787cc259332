import { Migration } from '@mikro-orm/migrations';
import { RELATIONAL_CHANGES_3 } from './relational-tables-3.js';

/** Quotes and approvals of jobs, the ledger of spending, the days of datasets. */
export class Migration3 extends Migration {
  override up(): void {
    for (const statement of RELATIONAL_CHANGES_3.up) this.addSql(statement);
  }

  override down(): void {
    for (const statement of RELATIONAL_CHANGES_3.down) this.addSql(statement);
  }
}

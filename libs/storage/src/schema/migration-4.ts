import { Migration } from '@mikro-orm/migrations';
import { RELATIONAL_CHANGES_4 } from './relational-tables-4.js';

/** Chunks that replace what is held. */
export class Migration4 extends Migration {
  override up(): void {
    for (const statement of RELATIONAL_CHANGES_4.up) this.addSql(statement);
  }

  override down(): void {
    for (const statement of RELATIONAL_CHANGES_4.down) this.addSql(statement);
  }
}

import { quoteIdentifier } from '@tapeline/records';
import { escapeLiteral } from 'pg';
import type { ClientBase, Pool } from 'pg';
import type { HeldColumn, HeldTable } from './held-tables.js';

/**
 * Makes the tables and columns that migrations do not: of replacements under way, of rules, of the users of
 * the database. Those that are there stay.
 */
export async function addMissing(client: ClientBase | Pool, tables: readonly HeldTable[]) {
  for (const table of tables) {
    const name = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
    const definitions = table.columns.map(
      ({ name, type, notNull }) => `${quoteIdentifier(name)} ${type}${notNull ? ' NOT NULL' : ''}`,
    );
    await client.query(`CREATE TABLE IF NOT EXISTS ${name} (${definitions.join(', ')})`);
    const { rows } = await client.query<{ name: string }>(
      `SELECT attname::text AS name FROM pg_attribute
        WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
      [name],
    );
    const there = new Set(rows.map((row) => row.name));
    for (const column of table.columns) {
      if (!there.has(column.name)) await addColumn(client, name, column);
    }
  }
}

/** Nullable, as the writer adds one: a type comes from another database's catalogue, never from a user. */
async function addColumn(
  client: ClientBase | Pool,
  table: string,
  { name, type, comment }: HeldColumn,
): Promise<void> {
  const column = quoteIdentifier(name);
  await client.query(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
  if (comment === null) return;
  await client.query(`COMMENT ON COLUMN ${table}.${column} IS ${escapeLiteral(comment)}`);
}

import { quoteIdentifier, SCHEMAS, tableColumns } from '@tapeline/records';
import type { SchemaDescription } from '@tapeline/records';
import type { Pool, PoolClient } from 'pg';
import type { Storage } from '../storage.js';

/** Descriptions whose columns a storage's tables are known to have. */
const known = new WeakMap<Storage, WeakSet<SchemaDescription>>();

/** Adds the columns that rules derive to the schema's table; a column that is there stays as it is. */
export async function ensureColumns(storage: Storage, schema: SchemaDescription): Promise<void> {
  const own = known.get(storage) ?? new WeakSet();
  if (own.has(schema)) return;
  await addColumns(storage.pool, schema, quoteIdentifier(schema.table));
  known.set(storage, own.add(schema));
}

/** Adds them to a table of the same columns, as nullable ones. @param table quoted. */
export async function addColumns(
  client: Pool | PoolClient,
  schema: SchemaDescription,
  table: string,
): Promise<void> {
  const standard = new Set(tableColumns(SCHEMAS[schema.name]).map(({ name }) => name));
  const added = tableColumns(schema).filter(({ name }) => !standard.has(name));
  if (added.length === 0) return;
  const columns = added.map(
    ({ name, pgType }) => `ADD COLUMN IF NOT EXISTS ${quoteIdentifier(name)} ${pgType}`,
  );
  await client.query(`ALTER TABLE ${table} ${columns.join(', ')}`);
}

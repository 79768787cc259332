import { quoteIdentifier, SCHEMAS, tableColumns } from '@tapeline/records';
import type { SchemaDescription } from '@tapeline/records';
import type { Pool, PoolClient } from 'pg';
import { commentOn, readDerivedColumns } from '../schema/derived-columns.js';
import { refreshView } from '../schema/people-views.js';
import type { Storage } from '../storage.js';
import { BatchMismatchError } from './check-batch.js';

/** Descriptions whose columns a storage's tables are known to have. */
const known = new WeakMap<Storage, WeakSet<SchemaDescription>>();

/**
 * Adds the columns that rules derive to the schema's table; a column that is there stays as it is.
 * @throws BatchMismatchError if one is there with values of another kind.
 */
export async function ensureColumns(storage: Storage, schema: SchemaDescription): Promise<void> {
  const own = known.get(storage) ?? new WeakSet();
  if (own.has(schema)) return;
  const derived = schema.columns.filter((column) => column.derived !== undefined);
  const held = await readDerivedColumns(storage.pool, schema);
  for (const { name, derived: kind } of derived) {
    const other = held.find((column) => column.name === name && column.derived !== kind);
    if (!other) continue;
    throw new BatchMismatchError(
      `column ${name} of ${schema.table} holds values of kind ${other.derived}, and the rules now derive ${kind}: give the new one another name`,
    );
  }
  await addColumns(storage.pool, schema, quoteIdentifier(schema.table));
  for (const column of derived) {
    const old = held.find(({ name }) => name === column.name);
    // Texts that are stored may be longer than those of now.
    const width = Math.max(column.width, old?.width ?? 0);
    await storage.pool.query(commentOn(schema, { ...column, width }));
  }
  if (derived.length > 0) await refreshView(storage.pool, schema);
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

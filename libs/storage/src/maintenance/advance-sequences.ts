import type { ClientBase, Pool } from 'pg';
import { tableKey } from './held-tables.js';
import type { HeldTable } from './held-tables.js';

/** Sets the counters that number rows to the largest number in use. */
export async function advanceSequences(
  client: ClientBase | Pool,
  tables: readonly HeldTable[],
): Promise<void> {
  const { rows: counters } = await client.query<{ table: string; column: string; counter: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS table, quote_ident(a.attname) AS column,
            pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname) AS counter
       FROM pg_attribute a
       JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE a.attnum > 0 AND NOT a.attisdropped AND n.nspname || '.' || c.relname = ANY ($1)
        AND pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname) IS NOT NULL`,
    [tables.map(tableKey)],
  );
  for (const { table, column, counter } of counters) {
    await client.query(
      `SELECT setval($1::regclass, m) FROM (SELECT max(${column}) AS m FROM ${table}) x WHERE m IS NOT NULL`,
      [counter],
    );
  }
}

import type { ClientBase, Pool } from 'pg';

/** A column as the catalogue has it. */
export interface HeldColumn {
  readonly name: string;
  /** Such as `bigint` or `numeric(20,0)`. */
  readonly type: string;
  readonly notNull: boolean;
  /** For one that rules derive, its kind and meaning. */
  readonly comment: string | null;
}

/** A table that holds rows of its own or of its partitions. */
export interface HeldTable {
  readonly schema: string;
  readonly name: string;
  /** In the order of the table; generated ones are not among them. */
  readonly columns: readonly HeldColumn[];
}

/** Where migrations, the writer and the users of the database keep tables. */
const NAMESPACES = ['public', 'staging'];

/**
 * Tables and partitioned tables with their columns, ordered by schema and name. Partitions, tables of
 * extensions and the list of migrations are not among them.
 */
export async function heldTables(client: ClientBase | Pool): Promise<HeldTable[]> {
  const { rows } = await client.query<HeldTable>(
    `SELECT n.nspname AS schema, c.relname AS name,
            json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
                                       'notNull', a.attnotnull,
                                       'comment', col_description(c.oid, a.attnum))
                     ORDER BY a.attnum) AS columns
       FROM pg_class c
       JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                          AND a.attgenerated = ''
      WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
        AND n.nspname = ANY ($1) AND c.relname NOT LIKE 'mikro\\_orm\\_%'
        AND NOT EXISTS (SELECT FROM pg_depend d
                         WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      GROUP BY 1, 2 ORDER BY 1, 2`,
    [NAMESPACES],
  );
  return rows;
}

/** `staging.0123`: how messages and files name a table. */
export const tableKey = ({ schema, name }: Pick<HeldTable, 'schema' | 'name'>): string =>
  `${schema}.${name}`;

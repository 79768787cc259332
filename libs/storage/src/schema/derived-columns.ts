/** Columns that rules added to market tables. The comment of each says its kind: `price: middle of bid and ask`. */
import { derivedColumn, isDerivedKind, quoteIdentifier } from '@tapeline/records';
import type { ColumnDescription, SchemaDescription } from '@tapeline/records';
import { escapeLiteral } from 'pg';
import type { Pool, PoolClient } from 'pg';

const COMMENT = /^(\w+): (.*)$/s;

/** The statement that says of a table's column what rules put into it. */
export const commentOn = (
  { table }: SchemaDescription,
  { name, derived, meaning }: ColumnDescription,
): string =>
  `COMMENT ON COLUMN ${quoteIdentifier(table)}.${quoteIdentifier(name)} IS ${escapeLiteral(`${derived}: ${meaning}`)}`;

/** The columns that rules have added to the schema's table so far, in the order in which they came. */
export async function readDerivedColumns(
  client: Pool | PoolClient,
  { table }: SchemaDescription,
): Promise<ColumnDescription[]> {
  const { rows } = await client.query<{ name: string; comment: string }>(
    `SELECT attname AS name, col_description(attrelid, attnum) AS comment
       FROM pg_attribute
      WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
        AND col_description(attrelid, attnum) IS NOT NULL
      ORDER BY attnum`,
    [quoteIdentifier(table)],
  );
  return rows.flatMap(({ name, comment }) => {
    const [, kind = '', meaning = ''] = COMMENT.exec(comment) ?? [];
    return isDerivedKind(kind) ? [derivedColumn(name, kind, meaning)] : [];
  });
}

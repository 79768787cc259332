/**
 * Columns that rules added to market tables. The comment of each says its kind, and of texts how long they are:
 * `price: middle of bid and ask`, `string(8): what it is`.
 */
import { derivedColumn, isDerivedKind, quoteIdentifier } from '@tapeline/records';
import type { ColumnDescription, SchemaDescription } from '@tapeline/records';
import { escapeLiteral } from 'pg';
import type { ClientBase, Pool } from 'pg';

const COMMENT = /^(\w+)(?:\((\d+)\))?: (.*)$/s;

/** The statement that says of a table's column what rules put into it. */
export const commentOn = (
  { table }: SchemaDescription,
  { name, derived, meaning, width }: ColumnDescription,
): string => {
  const kind = derived === 'string' ? `string(${width})` : derived;
  return `COMMENT ON COLUMN ${quoteIdentifier(table)}.${quoteIdentifier(name)} IS ${escapeLiteral(`${kind}: ${meaning}`)}`;
};

/** The columns that rules have added to the schema's table so far, in the order in which they came. */
export async function readDerivedColumns(
  client: ClientBase | Pool,
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
    const [, kind = '', width = '1', meaning = ''] = COMMENT.exec(comment) ?? [];
    return isDerivedKind(kind) ? [derivedColumn(name, kind, meaning, Number(width))] : [];
  });
}

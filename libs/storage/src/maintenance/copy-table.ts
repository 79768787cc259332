import { pipeline } from 'node:stream/promises';
import { quoteIdentifier } from '@tapeline/records';
import type { ClientBase } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { HeldTable } from './held-tables.js';

const columnList = ({ columns }: HeldTable): string =>
  columns.map(({ name }) => quoteIdentifier(name)).join(', ');

const nameOf = ({ schema, name }: HeldTable): string =>
  `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;

/**
 * All rows in PostgreSQL's binary COPY format, no faster than they are taken; the same on every version.
 * The client does nothing else meanwhile.
 */
export function readTable(client: ClientBase, table: HeldTable): AsyncIterable<Uint8Array> {
  // Through SELECT, since COPY of a partitioned table or hypertable itself would give its parent's rows: none.
  const statement = `COPY (SELECT ${columnList(table)} FROM ${nameOf(table)}) TO STDOUT (FORMAT binary)`;
  return client.query(copyTo(statement)) as AsyncIterable<Uint8Array>;
}

/** Stores such rows in place of those that migrations put there. @returns how many. @throws the database's error for a row that it cannot take. */
export async function fillTable(
  client: ClientBase,
  table: HeldTable,
  source: AsyncIterable<Uint8Array>,
): Promise<number> {
  await client.query(`DELETE FROM ${nameOf(table)}`);
  const copy = client.query(
    copyFrom(`COPY ${nameOf(table)} (${columnList(table)}) FROM STDIN (FORMAT binary)`),
  );
  await pipeline(source, copy);
  return copy.rowCount;
}

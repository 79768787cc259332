import { pipeline } from 'node:stream/promises';
import { copyStatement, copyStream, quoteIdentifier } from '@tapeline/records';
import type { SchemaDescription } from '@tapeline/records';
import { from as copyFrom } from 'pg-copy-streams';
import type { PoolClient } from 'pg';

/** Rows of one batch, encoded before the server is told to expect them: it would wait for ever if that failed. */
export interface EncodedRows {
  readonly encoded: Uint8Array;
  readonly length: number;
}

/**
 * Copies rows into a table with the columns of their schema, in one statement.
 * @param table quoted; the schema's own by default.
 * @param onSent called once the rows are on their way: from then on the server is busy with them.
 */
export async function copyRows(
  client: PoolClient,
  schema: SchemaDescription,
  batches: readonly EncodedRows[],
  table: string = quoteIdentifier(schema.table),
  onSent: () => void = () => undefined,
): Promise<void> {
  const copy = client.query(copyFrom(copyStatement(schema, table)));
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield* copyStream(batches.map(({ encoded }) => encoded));
    onSent();
  }
  await pipeline(pieces, copy);
  const length = batches.reduce((sum, batch) => sum + batch.length, 0);
  if (copy.rowCount !== length) throw new Error(`COPY stored ${copy.rowCount} of ${length} rows`);
}

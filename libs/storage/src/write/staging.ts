/**
 * Records that are to replace held ones wait in a table of their own until their chunk is complete: readers see
 * the old rows until then, and the new ones from then on.
 */
import { quoteIdentifier, SCHEMAS } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import type { PoolClient } from 'pg';

/** The name of a chunk's staging table, quoted. */
export const stagingTable = (chunkId: string): string => `staging.${quoteIdentifier(chunkId)}`;

/** Makes the table in which a chunk's records wait, in the transaction that saves its plan. */
export async function createStaging(
  client: PoolClient,
  chunkId: string,
  schema: string,
): Promise<void> {
  const { table } = SCHEMAS[schema as SchemaName];
  await client.query(`CREATE TABLE ${stagingTable(chunkId)} (LIKE ${quoteIdentifier(table)})`);
}

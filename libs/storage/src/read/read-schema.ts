import { extendSchema, SCHEMAS } from '@tapeline/records';
import type { SchemaDescription, SchemaName } from '@tapeline/records';
import type { Pool, PoolClient } from 'pg';
import { readDerivedColumns } from '../schema/derived-columns.js';
import type { Storage } from '../storage.js';

/** A schema with the columns that rules have added to its table. */
export const readSchema = (
  { pool }: Pick<Storage, 'pool'>,
  name: SchemaName,
): Promise<SchemaDescription> => storedSchema(pool, name);

/** The same on a connection of a transaction under way. */
export async function storedSchema(
  client: Pool | PoolClient,
  name: SchemaName,
): Promise<SchemaDescription> {
  const base = SCHEMAS[name];
  return extendSchema(base, await readDerivedColumns(client, base));
}

import type { PoolClient } from 'pg';
import { PROJECTION_TABLES } from './projection-tables.js';

/**
 * Makes empty tables of the same names that hide the present ones on this connection until the transaction
 * ends: statements of the projection run on them unchanged, and nothing is left of them whatever happens.
 * @returns the schema of the present tables, quoted.
 */
export async function createShadows(client: PoolClient): Promise<string> {
  const { rows } = await client.query<{ present: string }>(
    `SELECT quote_ident(nspname) AS present FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
      WHERE pg_class.oid = 'job'::regclass`,
  );
  const { present } = rows[0]!;
  for (const { name } of PROJECTION_TABLES) {
    await client.query(
      `CREATE TEMP TABLE "${name}" (LIKE ${present}."${name}" INCLUDING DEFAULTS INCLUDING INDEXES) ON COMMIT DROP`,
    );
  }
  // Ends of replays are projected, too: on a copy that is thrown away, under way as they were at the time.
  await client.query(
    `CREATE TEMP TABLE replay (LIKE ${present}.replay INCLUDING DEFAULTS INCLUDING INDEXES) ON COMMIT DROP`,
  );
  await client.query(
    `INSERT INTO replay (replay_id, command, state) SELECT replay_id, command, 'running' FROM ${present}.replay`,
  );
  await client.query(
    `CREATE TEMP TABLE told_part (chunk_id text, part int, PRIMARY KEY (chunk_id, part)) ON COMMIT DROP`,
  );
  await client.query(
    `CREATE TEMP TABLE archived_chunk (chunk_id text PRIMARY KEY, request jsonb NOT NULL, claims jsonb NOT NULL, records bigint NOT NULL, archived_at timestamptz NOT NULL) ON COMMIT DROP`,
  );
  await client.query(
    `CREATE TEMP TABLE estimated (chunk_id text, "column" text, PRIMARY KEY (chunk_id, "column")) ON COMMIT DROP`,
  );
  return present;
}
